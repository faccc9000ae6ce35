"""The trustees of a cycle: naming them, their links after the freeze, the rehearsal, and a lost share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from sqlmodel import Session
from wtforms import StringField
from wtforms.validators import Length

from budget import trustees
from budget.errors import BudgetRefusal, NotFound, NotPermitted
from budget.permissions import Action
from budget.trustees import Named
from models.cycle import Cycle
from models.enums import KeyHolder
from models.trustee import Trustee
from views.access import actor, requires
from views.forms import BaseForm, Required
from views.office.blueprint import bp
from views.office.share_fields import SharesForm, keep_links
from views.office.steps import ConfirmForm, Page, of_ours
from views.refusals import attach
from views.request_scope import now, reading, writing
from views.staff import shown_once
from views.staff.step_up import requires_step_up
from views.texts import gettext as _
from views.texts import lazy as _l

_POSITIONS = (1, 2, 3)


class NamesForm(BaseForm):
    """Three people with whom they are from. The fields `name_1` … `organisation_3` are added below."""

    def people(self) -> list[Named]:
        """Who was named."""
        return [Named(self[f"name_{n}"].data or "", self[f"organisation_{n}"].data or "") for n in _POSITIONS]


for _n in _POSITIONS:
    setattr(
        NamesForm,
        f"name_{_n}",
        StringField(
            _l("Name"),
            validators=[Required(_l("Write the name.")), Length(max=120)],
            render_kw={"autocomplete": "off"},
        ),
    )
    setattr(
        NamesForm,
        f"organisation_{_n}",
        StringField(
            _l("Organisation"),
            validators=[Required(_l("Write whom this person is from.")), Length(max=160)],
            render_kw={"autocomplete": "off"},
        ),
    )


@dataclass(frozen=True)
class Handed:
    """A link as the page shows it."""

    name: str
    href: str


@bp.route("/office/cycles/<slug>/trustees", methods=["GET", "POST"])
@requires(Action.FREEZE)
def trustees_of(slug: str) -> Page:
    """Name the three before the freeze; after it, where their shares stand and what can be done."""
    cycle = _with_trustees(slug)
    rows = trustees.of_cycle(reading(), cycle.id or 0)
    if cycle.frozen_at is not None:
        proven = trustees.is_proven(rows)
        return render_template("office/trustees.html", cycle=cycle, rows=rows, is_proven=proven)
    form = NamesForm(data=_values(rows))
    if form.validate_on_submit():
        try:
            with writing() as session:
                trustees.name_trustees(session, actor(), slug, form.people(), now=now())
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(_("The trustees are named."), "good")
            return redirect(url_for("office.cycle", slug=slug), 303)
    page = render_template("office/trustees_names.html", form=form, cycle=cycle, positions=_POSITIONS)
    return page, 422 if form.is_submitted() else 200


@bp.get("/office/cycles/<slug>/trustees/links")
@requires(Action.FREEZE)
def trustee_links(slug: str) -> Page:
    """The three links, once, to be handed over."""
    cycle = _with_trustees(slug)
    kept = shown_once.kept(shown_once.SHARES, actor().id)
    if kept is None or kept[0] != slug:
        return redirect(url_for("office.trustees_of", slug=slug), 303)
    handed = [Handed(name, href) for name, href in zip(kept[1::2], kept[2::2], strict=True)]
    return render_template(
        "office/trustees_links.html",
        cycle=cycle,
        handed=handed,
        minutes=int(shown_once.LIFETIME.total_seconds() // 60),
    )


@bp.route("/office/cycles/<slug>/trustees/rehearsal", methods=["GET", "POST"])
@requires(Action.FREEZE)
@requires_step_up
def rehearse_opening(slug: str) -> Page:
    """All three enter their shares, and a test ballot is opened with each two of them."""

    def rehearse(session: Session, form: SharesForm) -> None:
        trustees.rehearse(session, actor(), slug, form.entered(), now=now())

    done = _("The rehearsal succeeded: each two of the shares open a test ballot.")
    return _with_shares(slug, "office/trustees_rehearsal.html", rehearse, done, "office.cycle")


@bp.route("/office/cycles/<slug>/trustees/replace", methods=["GET", "POST"])
@requires(Action.FREEZE)
@requires_step_up
def replace_shares(slug: str) -> Page:
    """A share was lost: two trustees enter theirs, and all three get new ones."""

    def replace(session: Session, form: SharesForm) -> None:
        keep_links(slug, trustees.replace_shares(session, actor(), slug, form.entered(), now=now()))

    done = _("There are three new shares. Hand each trustee the new link, and rehearse again.")
    return _with_shares(slug, "office/trustees_replace.html", replace, done, "office.trustee_links")


@bp.route("/office/cycles/<slug>/trustees/new-key", methods=["GET", "POST"])
@requires(Action.FREEZE)
@requires_step_up
def make_new_key(slug: str) -> Page:
    """Links or shares were lost before the rehearsal: another key."""
    cycle = _with_trustees(slug)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with writing() as session:
                keep_links(slug, trustees.make_anew(session, actor(), slug, now=now()))
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            return redirect(url_for("office.trustee_links", slug=slug), 303)
    page = render_template("office/trustees_new_key.html", form=form, cycle=cycle)
    return page, 422 if form.is_submitted() else 200


def _with_shares(
    slug: str, template: str, act: Callable[[Session, SharesForm], None], done: str, then: str
) -> Page:
    """A page with the three fields, and what is done with what was entered."""
    cycle = _with_trustees(slug)
    rows = trustees.of_cycle(reading(), cycle.id or 0)
    form = SharesForm().named(rows)
    if form.validate_on_submit():
        try:
            with writing() as session:
                act(session, form)
        except (NotFound, NotPermitted):
            raise
        except BudgetRefusal as refusal:
            attach(form, refusal)
        else:
            flash(done, "good")
            return redirect(url_for(then, slug=slug), 303)
    page = render_template(template, form=form, cycle=cycle, rows=rows)
    return page, 422 if form.is_submitted() else 200


def _with_trustees(slug: str) -> Cycle:
    """The cycle, if trustees hold its key. Raises NotFound, NotPermitted."""
    cycle = of_ours(slug, Action.FREEZE)
    if cycle.key_holder is not KeyHolder.TRUSTEES:
        raise NotFound(slug=slug)
    return cycle


def _values(rows: Sequence[Trustee]) -> dict[str, str]:
    return {f"name_{row.position}": row.name for row in rows} | {
        f"organisation_{row.position}": row.organisation for row in rows
    }
