"""A study as typed, validated data; errors name the field and the nearest valid word."""

from isthmus.config.corpus import Corpus
from isthmus.config.geography import Geography
from isthmus.config.load import available_studies, load_study, merged
from isthmus.config.networks import Networks
from isthmus.config.resources import conf_dir, conf_file
from isthmus.config.significance import Significance
from isthmus.config.storage import Bucket, Storage, load_storage
from isthmus.config.study import Study
from isthmus.config.years import Years

__all__ = [
    "Bucket",
    "Corpus",
    "Geography",
    "Networks",
    "Significance",
    "Storage",
    "Study",
    "Years",
    "available_studies",
    "conf_dir",
    "conf_file",
    "load_storage",
    "load_study",
    "merged",
]
