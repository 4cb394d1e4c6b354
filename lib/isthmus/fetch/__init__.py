"""A field's records from OpenAlex's API, written as a snapshot that every command reads."""

from isthmus.fetch.api import ADDRESS, Api
from isthmus.fetch.estimate import Estimate
from isthmus.fetch.slices import Fetched, fetch_slice, look

__all__ = ["ADDRESS", "Api", "Estimate", "Fetched", "fetch_slice", "look"]
