"""The attributes that a directory can state: the SCIM schemas we serve, as values (RFC 7643).

Filters, PATCH paths, validation, discovery and representation all read these tables; nothing else spells out an
attribute's type, case rule or mutability.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MEMBERSHIP_USER = "urn:jumpseat:params:scim:schemas:extension:membership:1.0:User"


class Type(StrEnum):
    """The data types of RFC 7643 section 2.3."""

    STRING = "string"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE_TIME = "dateTime"
    BINARY = "binary"
    REFERENCE = "reference"
    COMPLEX = "complex"


class Mutability(StrEnum):
    """Who may write an attribute, and when (RFC 7643 section 7)."""

    READ_ONLY = "readOnly"
    READ_WRITE = "readWrite"
    IMMUTABLE = "immutable"
    WRITE_ONLY = "writeOnly"


class Returned(StrEnum):
    """When an attribute is part of an answer (RFC 7643 section 7)."""

    ALWAYS = "always"
    NEVER = "never"
    DEFAULT = "default"
    REQUEST = "request"


class Uniqueness(StrEnum):
    """How far a value must be unique; `server` means within one directory here (RFC 7643 section 7)."""

    NONE = "none"
    SERVER = "server"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute or sub-attribute with its characteristics; the defaults are those of RFC 7643 section 2.2."""

    name: str
    type: Type = Type.STRING
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = Mutability.READ_WRITE
    returned: Returned = Returned.DEFAULT
    uniqueness: Uniqueness = Uniqueness.NONE
    sub_attributes: tuple[Attribute, ...] = ()
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    description: str = ""
    _named: dict[str, Attribute] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._named.update((sub.name.lower(), sub) for sub in self.sub_attributes)

    def sub_attribute(self, name: str) -> Attribute | None:
        """Return the sub-attribute of that name, whatever its case, or None."""
        return self._named.get(name.lower())


@dataclass(frozen=True, slots=True)
class Schema:
    """The attributes that one URN stands for."""

    urn: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name, whatever its case, or None."""
        return next((attribute for attribute in self.attributes if attribute.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class AttributePath:
    """Where a value stands in a canonical document.

    `urn` is None for core and common attributes, else the URN of the extension that the attribute belongs to.
    """

    urn: str | None
    attribute: Attribute
    sub_attribute: Attribute | None = None

    @property
    def target(self) -> Attribute:
        """The innermost attribute that the path names."""
        return self.sub_attribute or self.attribute

    def __str__(self) -> str:
        """Return the path as RFC 7644 section 3.10 writes it."""
        prefix = f"{self.urn}:" if self.urn else ""
        suffix = f".{self.sub_attribute.name}" if self.sub_attribute else ""
        return f"{prefix}{self.attribute.name}{suffix}"


class ResourceType:
    """A kind of resource: its endpoint, its schema and the extensions that may accompany it (RFC 7643 section 6)."""

    def __init__(self, name: str, endpoint: str, schema: Schema, extensions: tuple[Schema, ...] = ()) -> None:
        self.name, self.endpoint, self.schema, self.extensions = name, endpoint, schema, extensions
        self._extensions = {extension.urn.lower(): extension for extension in extensions}
        self._paths: dict[str, AttributePath] = {}
        for schema_urn, attributes in ((None, COMMON), (None, schema.attributes)):
            for path in _paths(schema_urn, attributes):
                self._paths[str(path).lower()] = path
                self._paths[f"{schema.urn}:{path}".lower()] = path
        for extension in extensions:
            for path in _paths(extension.urn, extension.attributes):
                self._paths[str(path).lower()] = path
                self._paths.setdefault(str(path).removeprefix(f"{extension.urn}:").lower(), path)

    def find(self, text: str) -> AttributePath | None:
        """Return what an attribute path such as `name.givenName` names, or None where no served schema has it.

        Case does not matter, and core names may carry the core URN (RFC 7644 section 3.10). An extension's attribute
        is found by its short name too, unless the core has one of that name: clients filter on `manager`.
        """
        return self._paths.get(text.lower())

    @classmethod
    def any_of(cls, *kinds: ResourceType) -> ResourceType:
        """Return what a query of several types at once can name: what any has (RFC 7644 section 3.4.2.1)."""
        together = cls("Resource", "", kinds[0].schema)
        for kind in kinds:
            together._paths = kind._paths | together._paths
        return together

    def extension(self, urn: str) -> Schema | None:
        """Return the extension of that URN, whatever its case, or None."""
        return self._extensions.get(urn.lower())


def _paths(urn: str | None, attributes: tuple[Attribute, ...]) -> Iterator[AttributePath]:
    for attribute in attributes:
        yield AttributePath(urn, attribute)
        for sub in attribute.sub_attributes:
            yield AttributePath(urn, attribute, sub)


def _read_only(name: str, type_: Type, description: str, *, case_exact: bool = False) -> Attribute:
    return Attribute(name, type_, case_exact=case_exact, mutability=Mutability.READ_ONLY, description=description)


def _plural(name: str, description: str, *, value: Attribute, types: tuple[str, ...] = ()) -> Attribute:
    """Return a multi-valued attribute with the sub-attributes of RFC 7643 section 2.4."""
    return Attribute(
        name,
        Type.COMPLEX,
        multi_valued=True,
        description=description,
        sub_attributes=(
            value,
            Attribute("display", description="A name to show."),
            Attribute("type", canonical_values=types, description="What the value is for."),
            Attribute("primary", Type.BOOLEAN, description="Whether this is the preferred value; one at most is."),
        ),
    )


COMMON = (
    Attribute(
        "schemas",
        Type.REFERENCE,
        multi_valued=True,
        required=True,
        case_exact=True,
        returned=Returned.ALWAYS,
        reference_types=("uri",),
        description="The URNs of the schemas whose attributes are present.",
    ),
    Attribute(
        "id",
        case_exact=True,
        mutability=Mutability.READ_ONLY,
        returned=Returned.ALWAYS,
        uniqueness=Uniqueness.GLOBAL,
        description="Our identifier of the resource; never used again for another.",
    ),
    Attribute("externalId", case_exact=True, description="The directory's own identifier of the resource."),
    Attribute(
        "meta",
        Type.COMPLEX,
        mutability=Mutability.READ_ONLY,
        description="What is known of the resource itself.",
        sub_attributes=(
            _read_only("resourceType", Type.STRING, "The name of the resource type.", case_exact=True),
            _read_only("created", Type.DATE_TIME, "When the resource was added."),
            _read_only("lastModified", Type.DATE_TIME, "When the resource last changed."),
            _read_only("location", Type.REFERENCE, "The URI of the resource.", case_exact=True),
            _read_only("version", Type.STRING, "The entity tag of this state.", case_exact=True),
        ),
    ),
)

_NAME = Attribute(
    "name",
    Type.COMPLEX,
    description="The components of the person's name.",
    sub_attributes=(
        Attribute("formatted", description="The full name, ready to show."),
        Attribute("familyName", description="The family name."),
        Attribute("givenName", description="The given name."),
        Attribute("middleName", description="The middle names."),
        Attribute("honorificPrefix", description="The title before the name."),
        Attribute("honorificSuffix", description="The suffix after the name."),
    ),
)

_ADDRESSES = Attribute(
    "addresses",
    Type.COMPLEX,
    multi_valued=True,
    description="Postal addresses.",
    sub_attributes=(
        Attribute("formatted", description="The whole address, ready to print."),
        Attribute("streetAddress", description="Street, house number and the like; may have several lines."),
        Attribute("locality", description="The city."),
        Attribute("region", description="The state or region."),
        Attribute("postalCode", description="The postal code."),
        Attribute("country", description="The country, as a code of two letters (ISO 3166-1)."),
        Attribute("type", canonical_values=("work", "home", "other"), description="What the address is for."),
        Attribute("primary", Type.BOOLEAN, description="Whether this is the preferred address; one at most is."),
    ),
)

_GROUPS = Attribute(
    "groups",
    Type.COMPLEX,
    multi_valued=True,
    mutability=Mutability.READ_ONLY,
    description="The groups that the person is a member of; changed through the groups.",
    sub_attributes=(
        _read_only("value", Type.STRING, "The id of the group.", case_exact=True),
        Attribute(
            "$ref",
            Type.REFERENCE,
            case_exact=True,
            mutability=Mutability.READ_ONLY,
            reference_types=("Group",),
            description="The URI of the group.",
        ),
        _read_only("display", Type.STRING, "The name of the group."),
        Attribute(
            "type",
            mutability=Mutability.READ_ONLY,
            canonical_values=("direct", "indirect"),
            description="Whether the membership is direct; it always is.",
        ),
    ),
)

_IMS_TYPES = ("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo")

USER_SCHEMA = Schema(
    CORE_USER,
    "User",
    "A person as the directory states them (RFC 7643 section 4.1).",
    (
        Attribute(
            "userName",
            required=True,
            uniqueness=Uniqueness.SERVER,
            description="The name that the directory knows the person by.",
        ),
        _NAME,
        Attribute("displayName", description="The name to show."),
        Attribute("nickName", description="The casual way to address the person."),
        Attribute("profileUrl", Type.REFERENCE, reference_types=("external",), description="The person's page."),
        Attribute("title", description="The job title."),
        Attribute("userType", description="The relation to the organisation, such as Employee or Contractor."),
        Attribute("preferredLanguage", description="The preferred language, as in Accept-Language."),
        Attribute("locale", description="The locale for dates and numbers, as in en-US."),
        Attribute("timezone", description="The time zone, as in Europe/Paris."),
        Attribute("active", Type.BOOLEAN, description="Whether the directory wants this person in."),
        Attribute(
            "password",
            mutability=Mutability.WRITE_ONLY,
            returned=Returned.NEVER,
            description="Accepted and dropped: people sign in at their directory.",
        ),
        _plural("emails", "E-mail addresses.", value=Attribute("value"), types=("work", "home", "other")),
        _plural(
            "phoneNumbers",
            "Telephone numbers.",
            value=Attribute("value"),
            types=("work", "home", "mobile", "fax", "pager", "other"),
        ),
        _plural("ims", "Instant messaging addresses.", value=Attribute("value"), types=_IMS_TYPES),
        _plural(
            "photos",
            "URIs of photos.",
            value=Attribute("value", Type.REFERENCE, case_exact=True, reference_types=("external",)),
            types=("photo", "thumbnail"),
        ),
        _ADDRESSES,
        _GROUPS,
        _plural("entitlements", "What the directory says that the person is entitled to.", value=Attribute("value")),
        _plural("roles", "The roles that the directory gives the person.", value=Attribute("value")),
        _plural(
            "x509Certificates",
            "X.509 certificates, DER in base64.",
            value=Attribute("value", Type.BINARY, case_exact=True),
        ),
    ),
)

ENTERPRISE = Schema(
    ENTERPRISE_USER,
    "EnterpriseUser",
    "A person's place in an organisation (RFC 7643 section 4.3).",
    (
        Attribute("employeeNumber", description="The number that the organisation gave the person."),
        Attribute("costCenter", description="The cost centre."),
        Attribute("organization", description="The organisation."),
        Attribute("division", description="The division."),
        Attribute("department", description="The department."),
        Attribute(
            "manager",
            Type.COMPLEX,
            description="The person's manager.",
            sub_attributes=(
                Attribute("value", case_exact=True, description="The id of the manager."),
                Attribute(
                    "$ref",
                    Type.REFERENCE,
                    case_exact=True,
                    reference_types=("User",),
                    description="The URI of the manager.",
                ),
                _read_only("displayName", Type.STRING, "The manager's name."),
            ),
        ),
    ),
)

MEMBERSHIP = Schema(
    MEMBERSHIP_USER,
    "Membership",
    "The person's place in the accounts: invitation and seats, which `active` says nothing of.",
    (
        Attribute(
            "memberships",
            Type.COMPLEX,
            multi_valued=True,
            mutability=Mutability.READ_ONLY,
            description="One element for each account that the person is due in, or has been.",
            sub_attributes=(
                _read_only("account", Type.STRING, "The name of the account.", case_exact=True),
                Attribute(
                    "state",
                    mutability=Mutability.READ_ONLY,
                    canonical_values=("waiting", "invited", "active", "suspended", "ended"),
                    description="Where the membership stands.",
                ),
                Attribute(
                    "seatTypes",
                    multi_valued=True,
                    case_exact=True,
                    mutability=Mutability.READ_ONLY,
                    description="The types of the seats that are held or promised.",
                ),
                _read_only("waiting", Type.BOOLEAN, "Whether the person waits in line for a seat."),
            ),
        ),
    ),
)

GROUP_SCHEMA = Schema(
    CORE_GROUP,
    "Group",
    "A group of people as the directory states it (RFC 7643 section 4.2).",
    (
        Attribute(
            "displayName",
            required=True,
            uniqueness=Uniqueness.SERVER,
            description="The name of the group.",
        ),
        Attribute(
            "members",
            Type.COMPLEX,
            multi_valued=True,
            description="The people in the group; groups within groups are not served.",
            sub_attributes=(
                Attribute("value", case_exact=True, mutability=Mutability.IMMUTABLE, description="The person's id."),
                Attribute(
                    "$ref",
                    Type.REFERENCE,
                    case_exact=True,
                    mutability=Mutability.IMMUTABLE,
                    reference_types=("User",),
                    description="The URI of the person.",
                ),
                Attribute(
                    "display",
                    mutability=Mutability.READ_ONLY,
                    returned=Returned.REQUEST,
                    description="The person's name; told only when it is asked for.",
                ),
                Attribute(
                    "type",
                    mutability=Mutability.IMMUTABLE,
                    canonical_values=("User",),
                    description="The kind of member.",
                ),
            ),
        ),
    ),
)

USER = ResourceType("User", "/Users", USER_SCHEMA, (ENTERPRISE, MEMBERSHIP))
GROUP = ResourceType("Group", "/Groups", GROUP_SCHEMA)
