"""The record: what one service says of one adult, and the return that carries all it says.

An answer that was not asked is ``None``; *don't know* is an answer. Which answers are compulsory and which contradict
each other is not said here but by the rules (``rules/``), so that every medium judges alike: the model holds types,
codes and ranges alone. Codes come from the questionnaire's data; an unknown one is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StringConstraints, model_validator
from pydantic_core import PydanticCustomError, core_schema

from denombrement.survey.questionnaire import options

SCHEMA_VERSION: Literal["1"] = "1"
MAXIMUM_CHILDREN = 15


@dataclass(frozen=True, slots=True)
class OptionOf:
    """Marks a field whose value is a code of one option list; checked by pydantic's own compiled core."""

    list_name: str

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(options(self.list_name)))


@dataclass(frozen=True, slots=True)
class CommuneAnswer:
    """Marks a commune: a NIS code of five digits, ``outside`` the territory, or ``dont_know``."""

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.str_schema(pattern="^([0-9]{5}|" + "|".join(options("commune")) + ")$")


class Model(BaseModel):
    """Frozen, and nothing beyond what the schema names: a field that nobody declared could hold a name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


YesNo = Annotated[str, OptionOf("yes_no")]
Commune = Annotated[str, CommuneAnswer()]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
TokenName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
OpaqueCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:+/=-]{4,128}$")]
DeclarationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]
CampaignId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,63}$")]
ServiceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
RecipeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]


class Identity(Model):
    """What leaves of an identity: keyed values and the name of the recipe that made them; never a name or a date.

    ``status`` is ``coded`` (code and tokens), ``opaque`` (a code of another platform, taken as it is), ``refused``
    (the person did not want a code) or ``not_known``.
    """

    status: Annotated[str, OptionOf("identity_status")]
    recipe: RecipeName | None = None
    code: Token | None = None
    opaque_code: OpaqueCode | None = None
    tokens: dict[TokenName, Token] = Field(default_factory=dict, max_length=64)

    @model_validator(mode="after")
    def _status_fits_content(self) -> Self:
        coded = self.recipe is not None and (self.code is not None or bool(self.tokens))
        content = {
            "coded": coded and self.opaque_code is None,
            "opaque": self.opaque_code is not None and not coded,
        }
        nothing = self.code is None and self.opaque_code is None and not self.tokens
        if not content.get(self.status, nothing):
            raise PydanticCustomError("identity_status", "the identity's status does not fit its content")
        return self


class Child(Model):
    """A child of the adult declared, under 18; ``link`` says whether it shares the adult's situation."""

    birth_year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    child_sex: Annotated[str, OptionOf("child_sex")] | None = None
    link: Annotated[str, OptionOf("child_link")] | None = None
    other_parent: Annotated[str, OptionOf("other_parent")] | None = None


class Declaration(Model):
    """What one service says of one adult, with the children he or she has.

    ``declaration_id`` is the service's own, opaque; ``revision`` grows at each correction.
    """

    declaration_id: DeclarationId
    revision: Annotated[int, Field(ge=1, le=10_000)] = 1
    identity: Identity

    person_present: Annotated[str, OptionOf("person_present")] | None = None
    situation: Annotated[str, OptionOf("situation")] | None = None
    place_detail: Annotated[str, OptionOf("place_detail")] | None = None
    night_precision: Annotated[str, OptionOf("night_precision")] | None = None
    situation_source: Annotated[str, OptionOf("situation_source")] | None = None
    commune_night: Commune | None = None
    commune_origin: Commune | None = None
    territory_link: Annotated[str, OptionOf("territory_link")] | None = None
    leaving_when: Annotated[str, OptionOf("deadline")] | None = None
    leaving_date: date | None = None
    housing_on_leaving: YesNo | None = None
    stay_prolonged: YesNo | None = None
    eviction_when: Annotated[str, OptionOf("deadline")] | None = None
    eviction_date: date | None = None
    outside_reason: Annotated[str, OptionOf("outside_reason")] | None = None
    overrule_reason: Annotated[str, OptionOf("overrule_reason")] | None = None

    sex: Annotated[str, OptionOf("sex")] | None = None
    age_years: Annotated[int, Field(ge=0, le=120)] | None = None
    age_class: Annotated[str, OptionOf("age_class")] | None = None
    nationality: Annotated[str, OptionOf("nationality")] | None = None
    birth_country: Annotated[str, OptionOf("birth_country")] | None = None
    residence_status: Annotated[str, OptionOf("residence_status")] | None = None

    household: Annotated[str, OptionOf("household")] | None = None
    household_number: Annotated[int, Field(ge=1, le=9999)] | None = None
    has_children: YesNo | None = None
    children: Annotated[tuple[Child, ...], Field(max_length=MAXIMUM_CHILDREN)] = ()

    income: tuple[Annotated[str, OptionOf("income")], ...] | None = None
    health: tuple[Annotated[str, OptionOf("health")], ...] | None = None
    duration: Annotated[str, OptionOf("duration")] | None = None
    institutions: tuple[Annotated[str, OptionOf("institutions")], ...] | None = None
    reasons: tuple[Annotated[str, OptionOf("reasons")], ...] | None = None

    service_relation: Annotated[str, OptionOf("service_relation")] | None = None
    cpas_contact: YesNo | None = None
    origin_of_demand: Annotated[str, OptionOf("origin_of_demand")] | None = None
    case_number: Annotated[int, Field(ge=1, le=999_999)] | None = None


class Withdrawal(Model):
    """A declaration that the service takes back."""

    declaration_id: DeclarationId
    revision: Annotated[int, Field(ge=1, le=10_000)]


class Return(Model):
    """A service's whole state: all its declarations, or "we met nobody". The highest ``number`` wins."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    campaign: CampaignId
    service: ServiceId
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    made_at: datetime
    made_with: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9 ._-]{0,39}$")]
    language: Literal["fr", "nl", "de", "en"] = "fr"
    met_nobody: bool = False
    declarations: tuple[Declaration, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()

    @model_validator(mode="after")
    def _state_is_clear(self) -> Self:
        check_state(self.declarations, self.withdrawn, met_nobody=self.met_nobody)
        return self


def check_state(
    declarations: Sequence[Declaration], withdrawn: Sequence[Withdrawal], *, met_nobody: bool
) -> None:
    """Refuses a return that says two things at once.

    Raises:
        PydanticCustomError: ``return_state`` where it holds declarations and says that nobody was met, or neither;
            ``declaration_twice`` where a declaration stands twice.
    """
    if met_nobody == bool(declarations) and not withdrawn:
        raise PydanticCustomError("return_state", "a return holds declarations or says that nobody was met")
    identifiers = [each.declaration_id for each in declarations]
    identifiers += [each.declaration_id for each in withdrawn]
    if len(set(identifiers)) != len(identifiers):
        raise PydanticCustomError("declaration_twice", "a declaration appears twice in the return")
