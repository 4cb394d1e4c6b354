"""Object storage as typed, validated data: how each bucket is reached, and how often a request is tried again.

storage:
  attempts: 5
  buckets:
    my-results:
      endpoint: https://minio.example.org:9000
      region: eu-central-1
      access: environment
      key_variable: LAB_KEY
      secret_variable: LAB_SECRET

A file names where a secret is to be found, never the secret itself.
"""

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, field_validator, model_validator

from isthmus.config.documents import DocumentError, parse_yaml, read_text
from isthmus.config.secrets import remember_secret
from isthmus.config.section import Section
from isthmus.errors import ConfigError, did_you_mean

Access = Literal["default", "anonymous", "environment", "profile", "instance"]

OPENALEX_BUCKET = "openalex"
OPENALEX_REGION = "us-east-1"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
KEY_VARIABLE, SECRET_VARIABLE, TOKEN_VARIABLE = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
CREDENTIALS_FILE = "AWS_SHARED_CREDENTIALS_FILE"


@dataclass(frozen=True)
class Credentials:
    """A key and its secret; never shown."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


class Bucket(Section):
    """How one bucket is reached (of Azure: one storage account)."""

    endpoint: str | None = Field(
        default=None, pattern=r"^https?://[^/@?\s]+$", description="address of the service; none: the provider's own"
    )
    region: str | None = Field(default=None, description="region of the bucket; none: looked up")
    access: Access = Field(
        default="default",
        description="default: the provider's usual places (environment, files, the machine's role); anonymous: no "
        "signature; environment: the named variables; profile: of ~/.aws/credentials; instance: the machine's role",
    )
    profile: str | None = Field(default=None, description="name of the profile, with access: profile")
    key_variable: str = Field(default=KEY_VARIABLE, pattern=VARIABLE, description="variable with the key's id")
    secret_variable: str = Field(default=SECRET_VARIABLE, pattern=VARIABLE, description="variable with the secret")
    token_variable: str = Field(
        default=TOKEN_VARIABLE, pattern=VARIABLE, description="variable with a session token; may be unset"
    )

    lock_runs: bool = Field(
        default=True,
        description="whether one run at a time writes tables here (conditional writes of S3); false: a scheduler sees "
        "to it",
    )

    @model_validator(mode="after")
    def _profile_goes_with_its_access(self) -> "Bucket":
        if (self.access == "profile") != (self.profile is not None):
            raise ValueError("`profile` and `access: profile` go together")
        return self

    @field_validator("key_variable", "secret_variable", "token_variable")
    @classmethod
    def _names_no_key(cls, value: str) -> str:
        if value.startswith(("AKIA", "ASIA")) and len(value) == 20:
            raise ValueError("holds a key itself; name the environment variable that has it")
        return value

    @property
    def uses_standard_variables(self) -> bool:
        """Whether key and secret stand where every tool of AWS looks for them."""
        return (self.key_variable, self.secret_variable, self.token_variable) == (
            KEY_VARIABLE,
            SECRET_VARIABLE,
            TOKEN_VARIABLE,
        )

    def credentials(self, name: str) -> Credentials | None:
        """Return the key and the secret that this process finds; None where the provider's own library looks for them.

        Parameters
        ----------
        name : str
            The bucket's name, for messages.

        Raises
        ------
        ConfigError
            a variable is not set, or the profile is not there or holds no key.
        """
        if self.access == "environment":
            return self._from_environment(name)
        if self.access == "profile":
            return self._from_profile(name)
        return None

    def variable(self, name: str, which: str) -> str:
        """Return the value of the environment variable that a field of this bucket names.

        Parameters
        ----------
        name : str
            The bucket's name, for messages.
        which : str
            `key_variable`, `secret_variable` or `token_variable`.
        """
        value = os.environ.get(getattr(self, which), "")
        if not value:
            raise ConfigError(
                f"storage: bucket {name!r}: the environment variable that `{which}` names is not set. Set it for the "
                f"driver and for the workers of the cluster, or choose another `access`."
            )
        return remember_secret(value)

    def _from_environment(self, name: str) -> Credentials:
        token = os.environ.get(self.token_variable)
        return Credentials(
            self.variable(name, "key_variable"),
            self.variable(name, "secret_variable"),
            remember_secret(token) if token else None,
        )

    def _from_profile(self, name: str) -> Credentials:
        file = Path(os.environ.get(CREDENTIALS_FILE) or "~/.aws/credentials").expanduser()
        profiles = configparser.RawConfigParser()
        profiles.read(file)
        if not profiles.has_section(str(self.profile)):
            known = profiles.sections()
            hint = did_you_mean(self.profile, known) if known else "it holds none"
            raise ConfigError(f"storage: bucket {name!r}: there is no profile {self.profile!r} in {file}; {hint}")
        values = profiles[str(self.profile)]
        key, secret, token = (values.get(f"aws_{n}") for n in ("access_key_id", "secret_access_key", "session_token"))
        if not key or not secret:
            raise ConfigError(
                f"storage: bucket {name!r}: the profile {self.profile!r} of {file} holds no aws_access_key_id and "
                f"aws_secret_access_key. Roles and single sign-on are found with access: default."
            )
        return Credentials(remember_secret(key), remember_secret(secret), remember_secret(token) if token else None)


class Storage(Section):
    """How object storage is reached: buckets by name, and how often a failed request is tried again."""

    attempts: int = Field(default=5, ge=1, le=100, description="tries of a read before it fails")
    first_wait_seconds: float = Field(default=0.5, ge=0, description="wait before the second try; doubles each time")
    longest_wait_seconds: float = Field(default=30.0, ge=0, description="no wait is longer")
    buckets: dict[str, Bucket] = Field(default_factory=dict, description="bucket (Azure: account) -> how it is reached")

    def bucket(self, name: str) -> Bucket:
        """How a bucket is reached: as configured; the public one of OpenAlex without a key; else the provider's way.

        Parameters
        ----------
        name : str
            The bucket, or the account of Azure.
        """
        if name in self.buckets:
            return self.buckets[name]
        if name == OPENALEX_BUCKET:  # it answers a signed request with 403
            return Bucket(access="anonymous", region=OPENALEX_REGION)
        return Bucket()


def load_storage(file: str | Path) -> Storage:
    """Read and validate the `storage:` block of a YAML file.

    Parameters
    ----------
    file : str | Path
        Its path.

    Raises
    ------
    ConfigError
        No such file, no valid YAML, or a field that does not fit; names the field, never its value.
    """
    path = Path(file).expanduser()
    if not path.is_file():
        raise ConfigError(f"storage file {str(file)!r} does not exist (looked at {path.resolve()})")
    try:
        document = parse_yaml(read_text(path), str(path))
    except DocumentError as error:
        raise ConfigError(error.where) from None  # what stands there may be a secret
    if not isinstance(document, Mapping) or set(document) != {"storage"}:
        raise ConfigError(f"{path}: expected one block `storage:` with attempts, waits and buckets")
    try:
        return Storage.model_validate(document["storage"] or {})
    except ValidationError as error:
        problems = [f"  {_place(problem['loc'])}: {_sentence(problem)}" for problem in error.errors()]
        raise ConfigError("\n".join([f"storage file {str(file)!r} cannot be used:", *problems])) from None


def _place(location: tuple[str | int, ...]) -> str:
    return ".".join(["storage", *map(str, location)])


def _sentence(problem: Any) -> str:
    """Return what is wrong, without what was given: that may be a secret."""
    kind, last = problem["type"], problem["loc"][-1] if problem["loc"] else "storage"
    if kind == "extra_forbidden":
        inside = len(problem["loc"]) > 1
        fields = list((Bucket if inside else Storage).model_fields)
        return f"no such field (a secret is named by its environment variable only); {did_you_mean(last, fields)}"
    if kind == "literal_error":
        return f"is not accepted; valid: {', '.join(get_args(Access))}"
    if kind == "string_pattern_mismatch":
        name = str(last)
        expected = "http://HOST or https://HOST" if name == "endpoint" else "the name of an environment variable"
        return f"expected {expected}; the value is not shown"
    return str(problem["msg"]).removeprefix("Value error, ")
