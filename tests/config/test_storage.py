"""The `storage:` block: what is accepted, and that no message ever shows a value that may be a secret."""

import pytest

from isthmus.config import Bucket, Storage, load_storage
from isthmus.config.secrets import redacted, remember_secret
from isthmus.errors import ConfigError

SECRET = "wJalrXUtnFEMI/K7MDENG"


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "storage.yaml"
        file.write_text(text)
        return file

    return write


def test_a_whole_block(written):
    storage = load_storage(
        written(
            "storage:\n  attempts: 7\n  buckets:\n    lab:\n      endpoint: https://minio.example.org:9000\n"
            "      region: eu-central-1\n      access: environment\n      key_variable: LAB_KEY\n"
            "      secret_variable: LAB_SECRET\n    shared:\n      access: profile\n      profile: lab\n"
        )
    )
    assert storage.attempts == 7
    assert storage.bucket("lab").endpoint == "https://minio.example.org:9000"
    assert not storage.bucket("lab").uses_standard_variables
    assert storage.bucket("shared").profile == "lab"
    assert Storage.model_validate_json(storage.model_dump_json()) == storage  # as the workers get it


def test_the_public_bucket_needs_no_word_and_others_are_the_providers_business():
    assert Storage().bucket("openalex") == Bucket(access="anonymous", region="us-east-1")
    assert Storage().bucket("mine").access == "default"
    mirrored = Storage(buckets={"openalex": Bucket(endpoint="http://mirror:9000")})
    assert mirrored.bucket("openalex").access == "default"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (f"storage:\n  buckets:\n    lab:\n      secret_key: {SECRET}\n", ["storage.buckets.lab.secret_key", "did you mean 'secret_variable'"]),
        (f"storage:\n  buckets:\n    lab:\n      secret_variable: {SECRET}\n", ["secret_variable: expected the name of an environment"]),
        ("storage:\n  buckets:\n    lab:\n      key_variable: AKIAIOSFODNN7EXAMPLE\n", ["holds a key itself"]),
        (f"storage:\n  buckets:\n    lab:\n      endpoint: https://key:{SECRET}@host\n", ["storage.buckets.lab.endpoint: expected http://HOST"]),
        ("storage:\n  buckets:\n    lab:\n      access: anonymus\n", ["is not accepted", "anonymous"]),
        ("storage:\n  buckets:\n    lab:\n      profile: x\n", ["`profile` and `access: profile` go together"]),
        ("storage:\n  atempts: 3\n", ["storage.atempts", "did you mean 'attempts'"]),
        (f"attempts: 3\nsecret: {SECRET}\n", ["expected one block `storage:`"]),
        (f"storage: [\n{SECRET}", ["is not valid YAML (line"]),
    ],
)  # fmt: skip
def test_mistakes_are_named_and_values_are_not(written, text, messages):
    with pytest.raises(ConfigError) as error:
        load_storage(written(text))
    for message in messages:
        assert message in str(error.value)
    for hidden in (SECRET, "AKIA"):
        assert hidden not in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml' does not exist"):
        load_storage(tmp_path / "nowhere.yaml")


def test_credentials_are_found_and_never_shown(monkeypatch, tmp_path):
    bucket = Bucket(access="environment", key_variable="LAB_KEY", secret_variable="LAB_SECRET")
    monkeypatch.delenv("LAB_KEY", raising=False)
    with pytest.raises(
        ConfigError, match="bucket 'lab': the environment variable that `key_variable` names is not set"
    ):
        bucket.credentials("lab")
    monkeypatch.setenv("LAB_KEY", "lab-key")
    monkeypatch.setenv("LAB_SECRET", SECRET)
    found = bucket.credentials("lab")
    assert (found.key, found.secret, found.token) == ("lab-key", SECRET, None)
    assert SECRET not in repr(found)
    assert redacted(f"refused: lab-key / {SECRET}.") == "refused: *** / ***."
    assert Bucket().credentials("lab") is None


def test_profiles(monkeypatch, tmp_path):
    file = tmp_path / "credentials"
    file.write_text(
        "[lab]\naws_access_key_id = a-key\naws_secret_access_key = a-secret%1\naws_session_token = t-oken\n[sso]\nregion=x\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    found = Bucket(access="profile", profile="lab").credentials("x")
    assert (found.key, found.secret, found.token) == ("a-key", "a-secret%1", "t-oken")
    with pytest.raises(ConfigError, match=r"no profile 'labb'.*did you mean 'lab'"):
        Bucket(access="profile", profile="labb").credentials("x")
    with pytest.raises(ConfigError, match="holds no aws_access_key_id"):
        Bucket(access="profile", profile="sso").credentials("x")


def test_short_texts_are_no_secrets():
    remember_secret("a")
    assert redacted("a cat") == "a cat"
