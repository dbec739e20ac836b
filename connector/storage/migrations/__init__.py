"""The schema's history, run by Alembic from `Database.migrate`; `connector.storage.tables` is what it leads to."""
