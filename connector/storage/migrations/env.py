"""How Alembic runs our migrations: on the connection that `Database.migrate` hands over."""

from alembic import context

from connector.storage.tables import metadata

connection = context.config.attributes["connection"]
# SQLite alters a table by copying it, which Alembic does in batches.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
