"""Make the tables, and fill in people as a POST of each would have: `python -m ...filling SINCE UPTO`."""

from __future__ import annotations

import json
import sys

import django

from bench import people


def main() -> None:
    """Print the ids of the people filled in."""
    django.setup()
    from django.core.management import call_command
    from django.db.models import CharField
    from django.db.models.functions import Cast

    from bench.peers.django_project.models import User

    since, upto = (int(word) for word in sys.argv[1:])
    if not upto:
        call_command("migrate", run_syncdb=True, verbosity=0)
        return
    ids = []
    for first in range(since, upto, 1_000):
        numbers = range(first, min(first + 1_000, upto))
        made = User.objects.bulk_create([_user(User, people.person(number)) for number in numbers])
        ids += [str(one.pk) for one in made]
    User.objects.filter(scim_id=None).update(scim_id=Cast("pk", CharField()))
    print(json.dumps(ids))


def _user(model: type, document: people.Document) -> object:
    return model(
        username=document["userName"],
        scim_username=document["userName"],
        scim_external_id=document["externalId"],
        first_name=document["name"]["givenName"],
        last_name=document["name"]["familyName"],
        email=document["emails"][0]["value"],
        is_active=document["active"],
    )


if __name__ == "__main__":
    main()
