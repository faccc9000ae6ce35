"""The page behind a trustee's link: it shows the share once, as words and as a QR code, to be printed."""

from flask import render_template

from budget import key_shares, trustees
from budget.errors import ShareShown
from models.cycle import Cycle
from models.trustee import Trustee
from views import qr
from views.access import public
from views.forms import BaseForm
from views.i18n import current_language
from views.public.blueprint import bp
from views.request_scope import now, reading, writing
from views.texts import gettext as _


class ShowForm(BaseForm):
    """Nothing but the button: a link that is only looked at (by a preview in a messenger) shows nothing."""


@bp.route("/shares/<token>", methods=["GET", "POST"])
@public
def share(token: str) -> str | tuple[str, int]:
    """GET tells what this is; POST shows the share, the first time and never again."""
    trustee = trustees.by_token(reading(), token)
    cycle = reading().get_one(Cycle, trustee.cycle_id)
    form = ShowForm()
    if trustee.share_sealed is None:
        return _shown(trustee, cycle)
    if not form.validate_on_submit():
        return render_template("public/share.html", form=form, trustee=trustee, cycle=cycle)
    try:
        with writing() as session:
            found = trustees.show(session, token, now=now())
    except ShareShown:  # pressed twice at once
        return _shown(trustees.by_token(reading(), token), cycle)
    words = key_shares.words(found.share, str(current_language()))
    return render_template(
        "public/share_shown.html",
        trustee=found.trustee,
        cycle=cycle,
        words=words,
        qr=qr.svg(" ".join(words), _("The same words as a QR code")),
    )


def _shown(trustee: Trustee, cycle: Cycle) -> tuple[str, int]:
    return render_template("public/share_over.html", trustee=trustee, cycle=cycle), 410
