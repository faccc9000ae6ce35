"""The signed-in resident as a voter of a cycle: keys, traces for the signals, and where the owner is told.

The IIN comes out of the sealed cookie and goes nowhere; the telephone number and the network leave this module only
as keyed hashes that are good for comparing within the cycle.
"""

import ipaddress

from flask import request

from budget.ballots import BallotBox, Tell, Traces, Voter
from budget.errors import NotPermitted
from budget.keys import HashesOfCycle
from budget.permissions import Action
from budget.residents import age_on
from budget.web_sessions import SignedIn
from models.enums import Assurance, Channel
from views import sessions
from views.addresses import url_for
from views.filters import local_day
from views.i18n import current_language
from views.keys import keyring
from views.request_scope import now

_SUBNETS = {4: 3, 6: 6}
"""Bytes of an address that a house, a block of flats or a provider's router shares."""
_TRACE = 8


def voter(box: BallotBox) -> Voter:
    """Who votes in this request. Raises NotPermitted where no resident is signed in, KeyMissing before the freeze."""
    person = sessions.current()
    row = person.signed_in
    if person.iin is None or row is None or row.birth_on is None:
        raise NotPermitted(action=Action.CAST_BALLOT)
    channel, assurance = row.channel or Channel.WEB, row.assurance or Assurance.SMS
    by_phone = assurance is Assurance.SMS and row.phone is not None
    hashes = keyring().hashes_of(box.slug)
    return Voter(
        hashes.of_voter(person.iin),
        row.birth_on,
        channel,
        assurance,
        phone_key=hashes.of_phone(row.phone) if by_phone and row.phone else None,
        area_id=row.area_id,
        traces=_traces(hashes, row, channel, assurance),
        tell=_tell(box.slug, row.phone),
    )


def _traces(hashes: HashesOfCycle, row: SignedIn, channel: Channel, assurance: Assurance) -> Traces:
    """At the desk the network is the akimat's own, and a number nobody proved says nothing."""
    subnet = _subnet(request.remote_addr) if channel is Channel.WEB else None
    block = row.phone[:-2] if assurance is Assurance.SMS and row.phone else None
    return Traces(
        network_key=hashes.of_trace(f"network:{subnet}")[:_TRACE] if subnet else None,
        phone_block_key=hashes.of_trace(f"block:{block}")[:_TRACE] if block else None,
        roll_line=row.roll_line,
        age=age_on(row.birth_on, local_day(now())) if row.birth_on else None,
    )


def _subnet(address: str | None) -> str | None:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped  # a server that listens on both writes ::ffff:203.0.113.7
    return found.packed[: _SUBNETS[found.version]].hex()


def _tell(slug: str, phone: str | None) -> Tell | None:
    if phone is None:
        return None
    return Tell(phone, current_language(), url_for("resident.my_vote", slug=slug, _external=True))
