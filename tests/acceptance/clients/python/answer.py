"""Reads the cases, gives each to a client, and writes an answer for each: what a client of Redis found and kept."""

import json
import sys


def answer_all(look):
    """Answers every case of the standard input; `look` gives the database's mark and the value that it kept there."""
    json.dump([_answer(look, given) for given in json.load(sys.stdin)], sys.stdout)


def _answer(look, given):
    try:
        database, value = look(given)
        return {"database": database, "value": value}
    except Exception as error:  # whatever it is: the test reads it
        return {"error": f"{type(error).__name__}: {error}"}


def fields(given):
    """The single fields of a case, as a client takes them."""
    single = given["fields"]
    return {
        "host": single["host"],
        "port": int(single["port"]),
        "username": single["username"],
        "password": single["password"],
        "ssl": single["tls"] == "true",
        "db": given["database"],
    }


def kept(client, given):
    """What a client finds in its database, and what it has kept in it."""
    client.set(given["key"], given["value"])
    return client.get("database").decode(), client.get(given["key"]).decode()
