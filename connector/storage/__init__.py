"""All the SQL there is: tables, repositories in the domain's words, the unit of work, migrations.

It owns what a row looks like and which locks are taken in which order; it decides nothing about access.
"""
