"""The smallest Django project that serves django-scim2, with the durability that Jumpseat has.

The library keeps userName, the names, one address and `active`; what else a directory states is dropped. Its filters
know userName alone, so that this project adds externalId.
"""
