"""Operations: what the documentation says of each route beside what its code says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from starlette.routing import compile_path

from api import requests
from api.access.scopes import OPEN, PUBLIC, SCOPES
from api.hooks import models as hooks
from api.models.accreditations import AccountAccreditations, AccreditationPage
from api.models.audit import AuditPage
from api.models.changes import ChangePage, EventStream, ReorganisationPage
from api.models.documents import SuppliedDocument
from api.models.evidence import Evidence
from api.models.failed_calls import FailedCallPage
from api.models.features import Collection, Collections, Conformance, Feature, FeatureCollection
from api.models.keys import ApiKey, ApiKeyPage, NewApiKey, WalletStatement
from api.models.methodologies import MethodologyPage, MethodologyVersion
from api.models.reversals import Reversal, ReversalPage
from api.models.service import Health, Landing, Metrics
from api.models.supply import SupplyStatistics
from api.models.tasks import Task, TaskPage
from api.models.validation import ValidationPage, ValidationStatistics, Verdict
from api.oauth import models as oauth

_READ = (400, 404, 405, 500, 503)
_LIST = (400, 405, 410, 500, 503)
_WRITE = (400, 403, 404, 405, 409, 413, 415, 422, 500, 503)
_CHANGE = tuple(sorted({*_WRITE, 412, 428}))
_SIGNED = tuple(sorted({*_WRITE, 412}))
_GEOJSON = "application/geo+json"


@dataclass(frozen=True)
class Operation:
    """The success of a route, its example, its errors, and what it takes.

    One of the `scopes` must be granted; an operation without any is refused to everybody.
    `request` is a kind of document, a request model, or several kinds; `signable` says that the
    document may come together with a signed transaction. A `form` is no JSON; the `refusals` of
    OAuth's own endpoints carry the members that its clients read (RFC 6749, 5.2). A `secret`
    answer shows what is shown once and kept nowhere. The query parameters `needed` must be given,
    and be so, where the route itself says what is wrong with them.
    """

    said: str
    answer: type[BaseModel] | None
    example: str
    status: int = 200
    media_type: str = "application/json"
    errors: tuple[int, ...] = _READ
    request: Any = None
    request_examples: tuple[str, ...] = ()
    signable: bool = False
    derived: bool = True
    also: tuple[int, ...] = ()
    secret: bool = False
    form: bool = False
    refusals: tuple[int, ...] = ()
    needed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()


def _read(said: str, answer: type[BaseModel], example: str, **more: Any) -> Operation:
    return Operation(said, answer, example, also=(304,), **more)


def _write(
    said: str,
    request: Any,
    examples: tuple[str, ...],
    example: str,
    errors: tuple[int, ...] = _WRITE,
    *,
    scopes: tuple[str, ...],
) -> Operation:
    return Operation(
        said,
        Task,
        example,
        202,
        errors=errors,
        request=request,
        request_examples=examples,
        signable=not isinstance(request, type),
        derived=False,
        scopes=scopes,
    )


_ACCOUNT = (400, 401, 403, 405, 409, 413, 415, 422, 500, 503)
#: A route that looks at its parameters itself, and sends what is wrong with them to the client.
_OF_A_CODE: Mapping[str, Mapping[str, Any]] = {
    "response_type": {"const": "code"},
    "client_id": {"pattern": r"^[A-Za-z0-9\-._~]+$"},
    "redirect_uri": {"format": "uri", "pattern": "^[!-~]+$"},
    "code_challenge": {"pattern": "^[A-Za-z0-9_-]{43}$"},
    "code_challenge_method": {"const": "S256"},
}
_CLIENTS = ("admin:clients",)
#: Whoever signed in, for whatever.
_ANYBODY = tuple(scope for scope in SCOPES if scope not in PUBLIC)
#: Whoever may hand in what a wallet signs.
_SIGNERS = (
    "projects:write",
    "projects:approve",
    "mrv:write",
    "mrv:verify",
    "credits:transfer",
    "credits:retire",
    "admin:registry",
)


def _about(said: str, answer: type[BaseModel], example: str) -> Operation:
    return Operation(said, answer, example, errors=(400, 405, 500, 503), derived=False, scopes=OPEN)


def _consent(
    said: str,
    request: Any,
    examples: tuple[str, ...],
    answer: type[BaseModel],
    example: str,
    *,
    secret: bool,
) -> Operation:
    return Operation(
        said,
        answer,
        example,
        errors=(400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503),
        request=request,
        request_examples=examples,
        derived=False,
        scopes=OPEN,
        secret=secret,
    )


def _form(
    said: str, request: Any, examples: tuple[str, ...], answer: type[BaseModel], example: str
) -> Operation:
    return Operation(
        said,
        answer,
        example,
        errors=(400, 405, 409, 413, 415, 422, 500, 503),
        request=request,
        request_examples=examples,
        derived=False,
        scopes=OPEN,
        secret=True,
        form=True,
        refusals=(400, 401),
    )


def _hook(
    said: str,
    answer: type[BaseModel] | None,
    example: str | None,
    request: Any = None,
    examples: tuple[str, ...] = (),
    *,
    status: int = 200,
    secret: bool = False,
) -> Operation:
    takes = (409, 413, 415, 422) if request is not None else ()
    return Operation(
        said,
        answer,
        example or "",
        status,
        errors=(400, 403, 404, 405, *takes, 500, 503),
        request=request,
        request_examples=examples,
        derived=False,
        secret=secret,
        scopes=_OWN_HOOKS,
    )


_READ_ANY = ("public:read", "projects:read", "mrv:read", "credits:read")
_READ_PROJECTS = ("public:read", "projects:read")
_READ_MRV = ("public:read", "mrv:read")
_READ_CREDITS = ("public:read", "credits:read")
_CHECKS = ("public:read", "projects:write", "mrv:write")
_OWN_CHECKS = ("projects:read", "projects:write", "mrv:read", "mrv:write", "admin:audit")
_ANY_WRITE = (
    "projects:write",
    "projects:approve",
    "mrv:write",
    "mrv:verify",
    "credits:transfer",
    "credits:retire",
)
#: What a call needs itself is asked again, by its contract and function.
_ANY_CALL = (*_ANY_WRITE, "admin:registry")
_OWN_TASKS = (*_ANY_CALL, "admin:audit")
#: Of a credential, since messages are sent to somebody; what they may be about is asked beside it.
_OWN_HOOKS = ("projects:read", "mrv:read", "credits:read", *_OWN_TASKS)
_KEYS = ("keys:own", "admin:keys")
#: Whoever holds a key may look at it and revoke it.
_OWN_KEY = tuple(scope for scope in SCOPES if scope != "public:read")
_GEO: dict[str, Any] = {"media_type": _GEOJSON}
_PROJECTS, _MONITORING = "/projects", "/projects/{projectId}/monitoring"
_COLLECTIONS = "/collections"
_WEBHOOK = "/webhooks/{webhookId}"


def methods_of(path: str) -> list[str]:
    """The verbs that a path of this API knows."""
    found = {method.upper() for method, _ in _keys_of(path)}
    return sorted(found | {"HEAD"} if "GET" in found else found)


def is_documented(method: str, path: str) -> bool:
    """Whether a path of this API knows a verb."""
    return any(known.upper() == method for known, _ in _keys_of(path))


def _keys_of(path: str) -> list[tuple[str, str]]:
    matching = [key for key in OPERATIONS if compile_path(key[1])[0].match(path)]
    literal = [key for key in matching if key[1] == path]
    return literal or matching


#: Pages and their files, which anybody may read; the documentation leaves them out.
OPEN_PAGES = frozenset(
    {
        "/docs",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/favicon-32x32.png",
        "/openapi.json",
    }
)


#: By method and path; a completeness test holds it against the application.
OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", _PROJECTS): _read(
        "A page of projects.",
        FeatureCollection,
        "projects",
        errors=_LIST,
        **_GEO,
        scopes=_READ_PROJECTS,
    ),
    ("post", _PROJECTS): _write(
        "The PDD is accepted; its task says what to sign.",
        "pdd",
        ("pdd", "signed-pdd"),
        "task-to-sign",
        scopes=("projects:write",),
    ),
    ("get", "/projects/{projectId}"): _read(
        "The project.", Feature, "project", **_GEO, scopes=_READ_PROJECTS
    ),
    ("get", "/projects/{projectId}/versions/{version}"): _read(
        "The version.", Feature, "project-version", scopes=_READ_PROJECTS, **_GEO
    ),
    ("get", _MONITORING + "/{reportId}/versions/{version}"): _read(
        "The version.", Feature, "report-version", scopes=_READ_MRV, **_GEO
    ),
    ("get", "/contexts/ogcr-1.jsonld"): Operation(
        "The context.",
        None,
        "context",
        media_type="application/ld+json",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", "/reorganisations"): _read(
        "A page of reorganisations.",
        ReorganisationPage,
        "reorganisations",
        errors=_LIST,
        scopes=_READ_ANY,
    ),
    ("put", "/projects/{projectId}"): _write(
        "The change is accepted; its task says what to sign.",
        ("pdd", "metadata"),
        ("pdd", "metadata"),
        "task-to-sign",
        _CHANGE,
        scopes=("projects:write",),
    ),
    ("get", _MONITORING): _read(
        "A page of reports.", FeatureCollection, "reports", **_GEO, scopes=_READ_MRV
    ),
    ("post", _MONITORING): _write(
        "The report is accepted; its task says what to sign.",
        "mrv",
        ("mrv",),
        "task-report",
        _CHANGE,
        scopes=("mrv:write",),
    ),
    ("get", _MONITORING + "/{reportId}"): _read(
        "The report.", Feature, "report", **_GEO, scopes=_READ_MRV
    ),
    ("put", _MONITORING + "/{reportId}"): _write(
        "The next version is accepted; its task says what to sign.",
        "mrv",
        ("mrv",),
        "task-report",
        _CHANGE,
        scopes=("mrv:write",),
    ),
    ("post", _MONITORING + "/{reportId}/verify"): _write(
        "The decision is accepted; its task says what to sign.",
        "decision",
        ("decision",),
        "task-verification",
        scopes=("mrv:verify",),
    ),
    ("get", "/credits"): _read(
        "A page of units.",
        FeatureCollection,
        "credits",
        errors=_LIST,
        **_GEO,
        scopes=_READ_CREDITS,
    ),
    ("get", "/credits/{creditId}"): _read(
        "The unit.", Feature, "credit", **_GEO, scopes=_READ_CREDITS
    ),
    ("post", "/credits/transfer"): _write(
        "The transfer is accepted; its task says what to sign.",
        requests.TransferRequest,
        ("transfer",),
        "task-transfer",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/split"): _write(
        "The split is accepted; its task says what to sign.",
        requests.SplitRequest,
        ("split",),
        "task-split",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/merge"): _write(
        "The merge is accepted; its task says what to sign.",
        requests.MergeRequest,
        ("merge",),
        "task-merge",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/{creditId}/retire"): _write(
        "The retirement is accepted; its task says what to sign.",
        requests.RetirementRequest,
        ("retirement",),
        "task-retirement",
        scopes=("credits:retire",),
    ),
    ("post", "/credits/{creditId}/cancel"): _write(
        "The cancellation is accepted; its task says what to sign.",
        requests.CancellationRequest,
        ("cancellation",),
        "task-cancellation",
        scopes=("credits:retire",),
    ),
    ("post", "/credits/{creditId}/expire"): _write(
        "The expiry is accepted; its task says what to sign.",
        requests.ExpiryRequest,
        ("expiry",),
        "task-expiry",
        scopes=("credits:retire",),
    ),
    ("post", "/credits/{creditId}/export"): _write(
        "The export is accepted; its task says what to sign.",
        requests.ExportRequest,
        ("export",),
        "task-export",
        scopes=("credits:transfer",),
    ),
    ("post", "/credits/{creditId}/export/abort"): _write(
        "The abortion is accepted; its task says what to sign.",
        requests.ExportAbortRequest,
        ("export-abort",),
        "task-export-abort",
        scopes=("credits:transfer",),
    ),
    ("get", "/statistics/supply"): _read(
        "The supply.", SupplyStatistics, "supply", errors=_LIST, scopes=_READ_CREDITS
    ),
    ("get", "/reversals"): _read(
        "A page of reversals.", ReversalPage, "reversals", errors=_LIST, scopes=_READ_CREDITS
    ),
    ("get", "/reversals/{reversalId}"): _read(
        "The reversal.", Reversal, "reversal", scopes=_READ_CREDITS
    ),
    ("post", "/reversals/{reversalId}/compensate"): _write(
        "The compensation is accepted; its task says what to sign.",
        requests.CompensationRequest,
        ("compensation",),
        "task-compensation",
        scopes=("credits:retire",),
    ),
    ("get", "/accreditations"): _read(
        "A page of accreditations.",
        AccreditationPage,
        "accreditations",
        errors=_LIST,
        scopes=_READ_ANY,
    ),
    ("get", "/accreditations/{account}"): _read(
        "The account's accreditations, and what it decided.",
        AccountAccreditations,
        "accreditation",
        scopes=_READ_ANY,
    ),
    ("get", "/methodologies"): _read(
        "A page of methodology versions.",
        MethodologyPage,
        "methodologies",
        errors=_LIST,
        scopes=_READ_ANY,
    ),
    ("get", "/methodologies/{name}"): _read(
        "The methodology version.", MethodologyVersion, "methodology", scopes=_READ_ANY
    ),
    ("post", "/validate"): Operation(
        "What the check found.",
        Verdict,
        "verdict",
        errors=(400, 405, 413, 415, 500, 503),
        request=("pdd", "mrv", "methodology", "decision", "metadata"),
        request_examples=("pdd", "mrv"),
        derived=False,
        scopes=_CHECKS,
    ),
    ("get", "/validations"): Operation(
        "A page of checks.",
        ValidationPage,
        "validations",
        derived=False,
        errors=(400, 405, 500, 503),
        scopes=_OWN_CHECKS,
    ),
    ("get", "/statistics/validation"): Operation(
        "The numbers.",
        ValidationStatistics,
        "validation-statistics",
        derived=False,
        errors=(400, 405, 500, 503),
        scopes=_READ_ANY,
    ),
    ("get", "/projects/{projectId}/proof"): Operation(
        "What proves the project.",
        Evidence,
        "project-evidence",
        derived=False,
        scopes=_READ_PROJECTS,
    ),
    ("get", _MONITORING + "/{reportId}/proof"): Operation(
        "What proves the report.",
        Evidence,
        "report-evidence",
        derived=False,
        scopes=_READ_MRV,
    ),
    ("get", "/monitoring/{reportId}/proof"): Operation(
        "What proves the report.",
        Evidence,
        "report-evidence",
        derived=False,
        scopes=_READ_MRV,
    ),
    ("get", "/credits/{creditId}/proof"): Operation(
        "What proves the unit.",
        Evidence,
        "unit-evidence",
        derived=False,
        scopes=_READ_CREDITS,
    ),
    ("get", "/conformance"): Operation(
        "The conformance classes.",
        Conformance,
        "conformance",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", "/openapi-3.0.json"): Operation(
        "An OpenAPI 3.0 document.",
        None,
        "definition",
        media_type="application/vnd.oai.openapi+json;version=3.0",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", _COLLECTIONS): _read(
        "The collections.", Collections, "collections", errors=_LIST, scopes=_READ_ANY
    ),
    ("get", _COLLECTIONS + "/{collectionId}"): _read(
        "The collection.", Collection, "collection", scopes=_READ_ANY
    ),
    ("get", _COLLECTIONS + "/projects/items"): _read(
        "A page of projects.",
        FeatureCollection,
        "areas",
        errors=_LIST,
        **_GEO,
        scopes=_READ_PROJECTS,
    ),
    ("get", _COLLECTIONS + "/projects/items/{projectId}"): _read(
        "The project.", Feature, "area", **_GEO, scopes=_READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/project-points/items"): _read(
        "A page of points.",
        FeatureCollection,
        "points",
        errors=_LIST,
        **_GEO,
        scopes=_READ_PROJECTS,
    ),
    ("get", _COLLECTIONS + "/project-points/items/{projectId}"): _read(
        "The point.", Feature, "point", **_GEO, scopes=_READ_PROJECTS
    ),
    ("get", _COLLECTIONS + "/monitoring/items"): _read(
        "A page of reports.",
        FeatureCollection,
        "report-areas",
        errors=_LIST,
        **_GEO,
        scopes=_READ_MRV,
    ),
    ("get", _COLLECTIONS + "/monitoring/items/{featureId}"): _read(
        "The report.", Feature, "report-area", **_GEO, scopes=_READ_MRV
    ),
    ("get", "/changes/stream"): Operation(
        "Events as they come, until either side ends the connection.",
        EventStream,
        "events",
        media_type="text/event-stream",
        derived=False,
        errors=(400, 405, 410, 500, 503),
        scopes=_READ_ANY,
    ),
    ("get", "/metrics"): Operation(
        "The metrics.",
        Metrics,
        "metrics",
        media_type="text/plain",
        errors=(405, 500),
        derived=False,
        scopes=("admin:metrics",),
    ),
    ("get", "/failed-calls"): _read(
        "A page of failed calls.",
        FailedCallPage,
        "failed-calls",
        errors=_LIST,
        scopes=_READ_ANY,
    ),
    ("get", "/changes"): _read(
        "A part of the feed.",
        ChangePage,
        "changes",
        errors=(400, 405, 410, 500, 503),
        scopes=_READ_ANY,
    ),
    ("get", "/documents/{hash}"): Operation(
        "The document's canonical bytes.",
        None,
        "document",
        derived=False,
        also=(304,),
        scopes=_READ_ANY,
    ),
    ("put", "/documents/{hash}"): Operation(
        "The document is held now.",
        SuppliedDocument,
        "supplied-document",
        201,
        errors=(400, 404, 405, 409, 413, 415, 422, 500, 503),
        request=("pdd", "mrv", "methodology", "decision", "metadata"),
        request_examples=("pdd",),
        derived=False,
        also=(200,),
        scopes=("projects:write", "mrv:write"),
    ),
    ("post", "/webhooks"): _hook(
        "The subscription, and its secret.",
        hooks.WebhookWithSecret,
        "new-webhook",
        hooks.WebhookRequest,
        ("webhook-request",),
        status=201,
        secret=True,
    ),
    ("get", "/webhooks"): Operation(
        "A page of subscriptions.",
        hooks.WebhookPage,
        "webhooks",
        derived=False,
        errors=_LIST,
        scopes=_OWN_HOOKS,
    ),
    ("get", _WEBHOOK): _hook("The subscription.", hooks.Webhook, "webhook"),
    ("patch", _WEBHOOK): _hook(
        "The subscription as it is now.",
        hooks.Webhook,
        "webhook",
        hooks.WebhookChange,
        ("webhook-change",),
    ),
    ("delete", _WEBHOOK): _hook("It is gone.", None, None, status=204),
    ("post", _WEBHOOK + "/secret"): _hook(
        "The subscription, and its new secret.",
        hooks.WebhookWithSecret,
        "new-webhook",
        secret=True,
    ),
    ("post", _WEBHOOK + "/ping"): _hook("What came of it.", hooks.Delivery, "webhook-ping"),
    ("post", _WEBHOOK + "/replay"): _hook(
        "The subscription, from where it goes on.",
        hooks.Webhook,
        "webhook",
        hooks.ReplayRequest,
        ("webhook-replay",),
    ),
    ("get", _WEBHOOK + "/deliveries"): Operation(
        "A page of attempts.",
        hooks.DeliveryPage,
        "webhook-deliveries",
        derived=False,
        errors=(400, 403, 404, 405, 410, 500, 503),
        scopes=_OWN_HOOKS,
    ),
    ("get", "/tasks"): Operation(
        "A page of tasks.",
        TaskPage,
        "tasks",
        derived=False,
        errors=_LIST,
        scopes=_OWN_TASKS,
    ),
    ("delete", "/tasks/{id}"): Operation(
        "The task, cancelled, or left to the others who hold it.",
        Task,
        "task-cancelled",
        derived=False,
        errors=(400, 403, 404, 405, 409, 500, 503),
        scopes=_ANY_CALL,
    ),
    ("get", "/tasks/{id}"): Operation(
        "The task.",
        Task,
        "task-final",
        derived=False,
        errors=(400, 403, 404, 405, 409, 422, 500, 503),
        scopes=_OWN_TASKS,
    ),
    ("post", "/tasks/{id}"): _write(
        "What was signed is kept and on its way.",
        requests.SignatureRequest,
        ("signature", "typed-signature"),
        "task-broadcast",
        _SIGNED,
        scopes=_ANY_WRITE,
    ),
    ("post", "/relay"): _write(
        "What was signed is kept and on its way.",
        requests.RelayRequest,
        ("relay", "forward"),
        "task-relayed",
        scopes=_ANY_CALL,
    ),
    ("get", "/.well-known/oauth-authorization-server"): _about(
        "The server's metadata.", oauth.ServerMetadata, "oauth-server"
    ),
    ("get", "/.well-known/oauth-protected-resource"): _about(
        "The resource's metadata.", oauth.ResourceMetadata, "oauth-resource"
    ),
    ("get", "/oauth/jwks"): _about("The keys.", oauth.PublicKeys, "oauth-keys"),
    ("get", "/oauth/authorize"): Operation(
        "The request, to be decided.",
        oauth.ConsentRequest,
        "consent-request",
        derived=False,
        also=(302,),
        scopes=OPEN,
        errors=(405, 500, 503),
        refusals=(400, 404),
        needed=_OF_A_CODE,
    ),
    ("post", "/oauth/authorize"): _consent(
        "Where the browser goes.",
        oauth.DecisionRequest,
        ("consent-allow", "consent-deny"),
        oauth.ConsentAnswer,
        "consent-answer",
        secret=True,
    ),
    ("post", "/oauth/authorize/text"): _consent(
        "The text to sign.",
        oauth.TextRequest,
        ("consent-wallet",),
        oauth.ConsentText,
        "consent-text",
        secret=False,
    ),
    ("post", "/oauth/token"): _form(
        "The token.",
        oauth.TokenRequest,
        ("token-of-code", "token-of-refresh", "token-of-client"),
        oauth.TokenAnswer,
        "token",
    ),
    ("post", "/oauth/revoke"): _form(
        "It does not count, whatever it was.",
        oauth.TokenQuestion,
        ("token-question",),
        oauth.Revoked,
        "token-revoked",
    ),
    ("post", "/oauth/introspect"): _form(
        "What is known of it.",
        oauth.TokenQuestion,
        ("token-question",),
        oauth.Introspected,
        "token-introspected",
    ),
    ("get", "/clients"): Operation(
        "A page of clients.",
        oauth.ClientPage,
        "clients",
        errors=(400, 401, 403, 405, 500, 503),
        derived=False,
        scopes=_CLIENTS,
    ),
    ("post", "/clients"): Operation(
        "The client, with its secret.",
        oauth.NewClient,
        "client",
        201,
        errors=_ACCOUNT,
        request=oauth.ClientRequest,
        request_examples=("client-of-people", "client-of-its-own"),
        derived=False,
        secret=True,
        scopes=_CLIENTS,
    ),
    ("delete", "/clients/{clientId}"): Operation(
        "The client is revoked.",
        oauth.RegisteredClient,
        "client-revoked",
        errors=(*_ACCOUNT, 404),
        derived=False,
        scopes=_CLIENTS,
    ),
    ("get", "/grants"): Operation(
        "A page of grants.",
        oauth.GrantPage,
        "grants",
        errors=(400, 401, 403, 405, 500, 503),
        derived=False,
        scopes=_ANYBODY,
    ),
    ("delete", "/grants/{grantId}"): Operation(
        "The grant has ended.",
        oauth.Grant,
        "grant-revoked",
        errors=(*_ACCOUNT, 404),
        derived=False,
        scopes=_ANYBODY,
    ),
    ("get", "/wallets"): Operation(
        "The wallets.",
        oauth.WalletLinks,
        "wallets",
        errors=(400, 401, 403, 405, 500, 503),
        derived=False,
        scopes=_SIGNERS,
    ),
    ("post", "/wallets/text"): Operation(
        "The text to sign.",
        oauth.LinkText,
        "wallet-text",
        errors=_ACCOUNT,
        request=oauth.LinkTextRequest,
        request_examples=("wallet-to-link",),
        derived=False,
        scopes=_SIGNERS,
    ),
    ("post", "/wallets"): Operation(
        "The wallet is linked.",
        oauth.WalletLink,
        "wallet-link",
        201,
        errors=(*_ACCOUNT, 404),
        request=oauth.LinkRequest,
        request_examples=("wallet-signed",),
        derived=False,
        scopes=_SIGNERS,
    ),
    ("delete", "/wallets/{account}"): Operation(
        "The link has ended.",
        oauth.WalletLink,
        "wallet-link",
        errors=(*_ACCOUNT, 404),
        derived=False,
        scopes=_SIGNERS,
    ),
    ("get", "/keys"): Operation(
        "A page of keys.",
        ApiKeyPage,
        "keys",
        errors=(400, 405, 410, 500, 503),
        derived=False,
        scopes=_KEYS,
    ),
    ("post", "/keys"): Operation(
        "The key, which is shown this once.",
        NewApiKey,
        "new-key",
        201,
        errors=(400, 405, 409, 413, 415, 422, 500, 503),
        request=requests.KeyRequest,
        request_examples=("key-request",),
        derived=False,
        secret=True,
        scopes=_KEYS,
    ),
    ("get", "/keys/statement"): Operation(
        "The text to sign.", WalletStatement, "statement", derived=False, scopes=_KEYS
    ),
    ("get", "/keys/{id}"): Operation("The key.", ApiKey, "key", derived=False, scopes=_OWN_KEY),
    ("delete", "/keys/{id}"): Operation(
        "The key, which is of no use any more.",
        ApiKey,
        "revoked-key",
        derived=False,
        scopes=_OWN_KEY,
    ),
    ("get", "/audit"): Operation(
        "A page of the log.",
        AuditPage,
        "audit",
        errors=(400, 405, 410, 500, 503),
        derived=False,
        scopes=("admin:audit",),
    ),
    ("get", "/"): Operation(
        "Where to begin.",
        Landing,
        "landing",
        derived=False,
        errors=(400, 405, 500),
        scopes=OPEN,
    ),
    ("get", "/ready"): Operation(
        "The index is up to date.",
        Health,
        "health",
        errors=(400, 405, 500, 503),
        scopes=OPEN,
    ),
    ("get", "/health"): Operation(
        "All is well.", Health, "health", errors=(400, 405, 500, 503), scopes=OPEN
    ),
}
