"""redis-py, with a URL and with single fields."""

from redis import Redis

from answer import answer_all, fields, kept


def look(given):
    with Redis.from_url(given["url"]) if "url" in given else Redis(**fields(given)) as client:
        return kept(client, given)


answer_all(look)
