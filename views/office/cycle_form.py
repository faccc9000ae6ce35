"""The form of a cycle: its settings, envelopes and calendar on one page, and the way to a draft and back.

Envelopes are rows; "Add another envelope" is a submit button of the same form, so it works without a script. Rows
left empty do not count; no row at all means that the money is not divided. Every fault is put beside the field it is
about, all at once: the domain is asked even while fields are empty or unreadable. Those have stand-ins in the draft it
judges, and what it says of them, or of what depends on them, is not told.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    FormField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Length

from budget.errors import BudgetRefusal, CalendarFault, SettingFault
from budget.phases import Window, calendar_faults, calendar_of
from budget.settings import CycleDraft, EnvelopeDraft, Text, setting_faults
from models.enums import AllocationRule, Assurance, Direction, Language, Phase
from views import messages
from views.forms import (
    Chosen,
    LocalDateTimeField,
    PartForm,
    Required,
    RowsField,
    TengeField,
    WholeField,
)
from views.labels import label
from views.office.council_fields import COUNCIL_DEFAULTS, CouncilForm, council_values
from views.office.trust_fields import DEFAULTS, TrustForm, trust_values
from views.texts import gettext as _
from views.texts import lazy as _l

MOST_ENVELOPES = 12
OFFERED_METHODS = (Assurance.SMS, Assurance.DESK)
"""Ways to sign in that work in this version."""
_NAME_MOST = 120
_ADD = "add_envelope"
_ANY_SUM = 10**12
"""Stands in for a sum that is not known: no highest cost the domain would take is above it."""
_MOMENT = timedelta(minutes=1)
_JUDGED_WITH = {
    ("build_year", "range"): ("year",),
    ("title_kk", "missing"): ("title_ru", "title_en"),
    ("envelopes", "sum"): ("allotted_tenge",),
}
"""Field and fault: the other fields without which nothing can be said of it."""
_TOO_LONG = _l("Shorten this to %(max)d characters.")


def _name(text: Any, language: Language, *validators: Any) -> StringField:
    return StringField(
        text,
        validators=[*validators, Length(max=_NAME_MOST, message=_TOO_LONG)],
        render_kw={"lang": language.value, "autocomplete": "off"},
    )


class EnvelopeRow(PartForm):
    """A part of the allotted sum; all empty does not count."""

    public_id = HiddenField()
    name_kk = _name(_l("Name in Kazakh"), Language.KK)
    name_ru = _name(_l("Name in Russian"), Language.RU)
    name_en = _name(_l("Name in English"), Language.EN)
    total_tenge = TengeField(_l("Sum"))

    def is_empty(self) -> bool:
        """Nothing typed in this row."""
        return not (
            self.names() or (self.total_tenge.raw_data and any(map(str.strip, self.total_tenge.raw_data)))
        )

    def names(self) -> list[str]:
        """The names that are given."""
        return [field.data for field in (self.name_kk, self.name_ru, self.name_en) if field.data]

    def draft(self) -> EnvelopeDraft:
        """What was written, for the domain."""
        name = Text(self.name_kk.data or "", self.name_ru.data or "", self.name_en.data or "")
        return EnvelopeDraft(name, self.total_tenge.data or 0, self.public_id.data or "")


class CycleForm(TrustForm, CouncilForm):
    """Everything a coordinator sets for a cycle. Fields `<phase>_starts_at`, `<phase>_ends_at` are added below."""

    title_kk = _name(_l("Name in Kazakh"), Language.KK, Required(_l("Write the name in Kazakh.")))
    title_ru = _name(_l("Name in Russian"), Language.RU, Required(_l("Write the name in Russian.")))
    title_en = _name(_l("Name in English"), Language.EN, Required(_l("Write the name in English.")))
    year = WholeField(_l("Year"), validators=[Required(_l("Write the year."))])
    slug = StringField(
        _l("Address on the site"),
        description=_l(
            "The last part of the address of the cycle: small Latin letters, digits and hyphens. "
            "Empty means the year. It stays for ever once the cycle is published."
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    build_year = WholeField(_l("Year in which the winners are built"), description=_l("May be left empty."))
    allotted_tenge = TengeField(_l("Allotted sum"), validators=[Required(_l("Write the allotted sum."))])
    cost_cap_tenge = TengeField(
        _l("Highest cost of one project"), description=_l("Empty means: no limit but the budget.")
    )
    envelopes = RowsField(FormField(EnvelopeRow), min_entries=1, max_entries=MOST_ENVELOPES)
    directions = SelectMultipleField(
        _l("Directions accepted"), validators=[Required(_l("Choose at least one direction."))]
    )
    projects_per_author = WholeField(
        _l("Projects one resident may submit"), validators=[Required(_l("Write how many projects."))]
    )
    methods = SelectMultipleField(
        _l("How a resident proves who they are"),
        validators=[Required(_l("Choose at least one way to sign in."))],
    )
    minimum_age = WholeField(
        _l("Minimum age of a voter"), validators=[Required(_l("Write the minimum age."))]
    )
    votes_per_resident = RadioField(
        _l("Votes of one resident"),
        description=_l("How many projects one ballot may hold."),
        choices={"1": "1", "2": "2", "3": "3"},
        validators=[Chosen(_l("Choose how many votes."))],
        validate_choice=False,
    )
    minimum_votes = WholeField(
        _l("Minimum votes to win"),
        description=_l("0 means: no minimum."),
        validators=[Required(_l("Write the minimum number of votes; 0 when there is none."))],
    )
    rule = RadioField(
        _l("When a project does not fit into the money left"),
        validators=[Chosen(_l("Choose a rule."))],
        validate_choice=False,
    )
    leftovers = BooleanField(_l("What is left of the money goes to the next projects in order"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.directions.choices = {name.value: label(name) for name in Direction}
        self.methods.choices = {name.value: label(name) for name in OFFERED_METHODS}
        self.rule.choices = {name.value: label(name) for name in AllocationRule}
        if sum(not row.is_empty() for row in self._rows()) > 1:
            self._speak_of_envelopes()

    def _speak_of_envelopes(self) -> None:
        """Whoever does not divide the money meets the word only where it can be divided."""
        self.cost_cap_tenge.description = _("Empty means: no limit but the envelope.")
        self.votes_per_resident.description = _("How many projects one ballot may hold, all of one envelope.")
        self.leftovers.label.text = _(
            "What is left in all envelopes together goes to the next projects in order"
        )

    def keep_published(self) -> None:
        """A published cycle keeps its address, and its calendar moves by extensions only."""
        del self.slug
        for phase in Phase:
            for name in phase_fields(phase):
                if name in self:
                    del self[name]

    def adds_envelope(self) -> bool:
        """Was "Add another envelope" pressed? Then there is one more empty row."""
        if _ADD not in request.form:
            return False
        if len(self.envelopes) < MOST_ENVELOPES:
            self.envelopes.append_entry()
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """The shape of each field, and a sum for each envelope that has a name."""
        is_right = super().validate(extra_validators)
        for row in self._rows():
            if not row.is_empty() and row.total_tenge.data is None and not row.total_tenge.errors:
                self._complain(row.total_tenge, _("Write the sum of this envelope."))
                is_right = False
        return self._read_calendar() and is_right

    def _rows(self) -> list[EnvelopeRow]:
        return [entry.form for entry in self.envelopes]

    def _complain(self, field: Any, text: str) -> None:
        field.errors = [*field.errors, text]
        self.envelopes.errors = [row.errors for row in self._rows()]  # a list of rows keeps a copy of its own

    def _read_calendar(self) -> bool:
        """Every phase but the archive has an end; a beginning left empty is the end of the phase before."""
        is_right, previous = True, None
        for phase in Phase:
            first, last = phase_fields(phase)
            if first not in self:
                continue
            starts, ends = self[first], getattr(self, last, None)
            if starts.data is None and not starts.errors:
                if phase is Phase.ANNOUNCEMENT:
                    starts.errors = [_("%(phase)s: write when it begins.", phase=label(phase))]
                starts.data = previous
            if ends is not None and ends.data is None and not ends.errors:
                ends.errors = [_("%(phase)s: write when it ends.", phase=label(phase))]
            is_right = is_right and starts.data is not None and (ends is None or ends.data is not None)
            previous = ends.data if ends is not None else None
        return is_right

    def draft(self, kept: CycleDraft | None = None) -> CycleDraft:
        """What was written, for the domain; `kept` is the cycle as it is, for what this form does not show.

        Not to be stored while a field has errors: see `_read`.
        """
        rows = self._rows()
        filled = [row.draft() for row in rows if not row.is_empty()]
        year, allotted = self._read("year", 0), self._read("allotted_tenge", _ANY_SUM)
        whole = EnvelopeDraft(Text("", "", ""), allotted, rows[0].public_id.data or "")
        return CycleDraft(
            slug=(self.slug.data or str(year)) if "slug" in self else (kept.slug if kept else ""),
            year=year,
            title=Text(self.title_kk.data or "", self.title_ru.data or "", self.title_en.data or ""),
            allotted_tenge=allotted,
            envelopes=tuple(filled) or (whole,),
            windows=self._windows() or (kept.windows if kept else ()),
            directions=tuple(Direction(name) for name in self._read("directions", ())),
            methods=tuple(Assurance(name) for name in self._read("methods", ())),
            cost_cap_tenge=self._read("cost_cap_tenge", None),
            projects_per_author=self._read("projects_per_author", 1),
            votes_per_resident=int(self._read("votes_per_resident", 1)),
            minimum_age=self._read("minimum_age", 0),
            minimum_votes=self._read("minimum_votes", 0),
            rule=AllocationRule(self._read("rule", AllocationRule.SKIP)),
            leftovers=self.leftovers.data,
            build_year=self._read("build_year", None),
            **self.trust(),
            **self.council(),
        )

    def _read(self, name: str, stand_in: Any) -> Any:
        """What a field holds; `stand_in` while it is empty or has errors."""
        field = self[name]
        return stand_in if field.errors or field.data is None else field.data

    def _windows(self) -> tuple[Window, ...]:
        """The phases of which something is known; where one end of a phase is not, the phase lasts a minute."""
        found = []
        for phase in Phase:
            starts, ends = phase_fields(phase)
            if starts not in self:
                continue
            first, last = self[starts].data, self[ends].data if ends in self else None
            if first is None and last is not None:
                first = last - _MOMENT
            if last is None and first is not None and ends in self:
                last = first + _MOMENT
            if first is not None:
                found.append(Window(phase, first, last))
        return tuple(found)

    def accepts(self, draft: CycleDraft, others: Iterable[BudgetRefusal] = (), *, now: datetime) -> bool:
        """Ask the domain; each of its complaints, and the `others`, is put beside its field unless that has one."""
        faults: list[BudgetRefusal] = [*setting_faults(draft), *others]
        if self._windows():
            faults += calendar_faults(calendar_of(draft.windows), now=now)
        told = [fault for fault in faults if self._can_be_judged(fault)]
        for fault in told:
            self.put(fault)
        return not faults

    def _can_be_judged(self, fault: BudgetRefusal) -> bool:
        """Not while the field or what it depends on has an error already: the draft has stand-ins there."""
        name, kind = _field_of(fault), fault.facts.get("fault", "")
        if isinstance(fault, CalendarFault) and kind == "missing":
            return False  # told by `_read_calendar`
        if kind == "sum" and any(row.total_tenge.errors for row in self._rows()):
            return False
        own = (name,) if name in self and name != "envelopes" else ()
        return not any(self[one].errors for one in (*own, *_JUDGED_WITH.get((name, kind), ())))

    def put(self, refusal: BudgetRefusal) -> None:
        """Put a refusal's sentence beside the field it is about, or at the head of the form."""
        name = _field_of(refusal)
        text = messages.text(refusal)
        if name == "envelopes":
            self._complain(self._envelope_field(refusal), text)
        elif name in self:
            self[name].errors = [*self[name].errors, text]
        else:
            self.form_errors.append(text)

    def _envelope_field(self, refusal: BudgetRefusal) -> Any:
        """The first empty name where one is missing, else the first sum."""
        if refusal.facts["fault"] == "unnamed":
            rows = (row for row in self._rows() if not row.is_empty())
            names = (field for row in rows for field in (row.name_kk, row.name_ru, row.name_en))
            return next(field for field in names if not field.data)
        return self._rows()[0].total_tenge


def _field_of(refusal: BudgetRefusal) -> str:
    if isinstance(refusal, CalendarFault):
        starts, ends = phase_fields(Phase(refusal.facts["phase"]))
        return starts if refusal.facts["fault"] == "overlap" else ends
    if isinstance(refusal, SettingFault) and refusal.field == "title":
        return "title_kk"
    return refusal.field


def phase_fields(phase: Phase) -> tuple[str, str]:
    """Names of the two fields of a phase."""
    return f"{phase}_starts_at", f"{phase}_ends_at"


for _phase in Phase:
    _starts, _ends = phase_fields(_phase)
    setattr(CycleForm, _starts, LocalDateTimeField(_l("Begins")))
    if _phase is not Phase.ARCHIVE:
        setattr(CycleForm, _ends, LocalDateTimeField(_l("Ends")))


def values_of(draft: CycleDraft) -> dict[str, Any]:
    """What the form shows of a cycle that exists."""
    values: dict[str, Any] = {
        "slug": draft.slug,
        "directions": [str(name) for name in draft.directions],
        "methods": [str(name) for name in draft.methods],
        "rule": str(draft.rule),
        **trust_values(draft),
        **council_values(draft),
        "votes_per_resident": str(draft.votes_per_resident),
        "envelopes": [_row_of(draft, envelope) for envelope in draft.envelopes],
    }
    values |= {f"title_{language}": getattr(draft.title, language) for language in Language}
    for name in ("year", "build_year", "allotted_tenge", "cost_cap_tenge", "projects_per_author"):
        values[name] = getattr(draft, name)
    for name in ("minimum_age", "minimum_votes", "leftovers"):
        values[name] = getattr(draft, name)
    for window in draft.windows:
        values |= dict(zip(phase_fields(window.phase), (window.starts_at, window.ends_at), strict=True))
    return values


def _row_of(draft: CycleDraft, envelope: EnvelopeDraft) -> dict[str, Any]:
    name = envelope.name
    is_whole = len(draft.envelopes) == 1 and not (name.kk or name.ru or name.en)
    return {
        "public_id": envelope.public_id,
        "name_kk": name.kk,
        "name_ru": name.ru,
        "name_en": name.en,
        "total_tenge": None if is_whole else envelope.total_tenge,
    }


def default_values(year: int) -> dict[str, Any]:
    """What a new cycle begins with: the known practice."""
    return {
        "year": year,
        "slug": str(year),
        "directions": [name.value for name in Direction],
        "methods": [name.value for name in OFFERED_METHODS],
        "rule": AllocationRule.SKIP.value,
        "votes_per_resident": "1",
        "projects_per_author": 1,
        "minimum_age": 18,
        "minimum_votes": 0,
        **DEFAULTS,
        **COUNCIL_DEFAULTS,
    }
