"""valkey-py, with a URL and with single fields."""

from valkey import Valkey

from answer import answer_all, fields, kept


def look(given):
    with Valkey.from_url(given["url"]) if "url" in given else Valkey(**fields(given)) as client:
        return kept(client, given)


answer_all(look)
