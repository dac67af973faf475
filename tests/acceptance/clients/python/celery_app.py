"""Celery: kombu on its own, and one URL as the broker and the result backend of an application."""

from celery import Celery
from celery.states import SUCCESS
from kombu import Connection

from answer import answer_all, kept

ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


def look(given):
    url = given["url"]
    through_broker = _send(Connection(url, connect_timeout=10), given)
    app = Celery("contract", broker=url, backend=url)
    through_app = _send(app.connection_for_write(), given)
    app.backend.store_result(given["key"], given["value"], SUCCESS)
    through_backend = app.backend.get_result(given["key"])
    database, value = kept(app.backend.client, given)
    app.backend.client.close()
    values = {through_broker, through_app, (database, through_backend), (database, value)}
    if len(values) != 1:
        raise AssertionError(f"the broker and the backend differ: {values}")
    return database, value


def _send(connection, given):
    """Returns the number of the broker's database, and the value from a message."""
    with connection:
        connection.ensure_connection(**ONCE)
        database = connection.default_channel.client.get("database").decode()
        with connection.SimpleQueue("contract") as queue:
            queue.put(given["value"])
            message = queue.get(timeout=10)
            message.ack()
        return database, message.payload


answer_all(look)
