"""The stages of all analyses, in the order in which they run: the only registry."""

from isthmus.analyses.blocs import stage as blocs
from isthmus.analyses.bridging import stage as bridging
from isthmus.analyses.cities import stage as cities
from isthmus.analyses.corpus import stage as corpus
from isthmus.analyses.disruption import stage as disruption
from isthmus.analyses.gravity import stage as gravity
from isthmus.analyses.hits import stage as hits
from isthmus.analyses.migration import stage as migration
from isthmus.analyses.networks import stage as networks
from isthmus.analyses.novelty import stage as novelty
from isthmus.analyses.output import stage as output
from isthmus.analyses.partnership import stage as partnership
from isthmus.analyses.places import stage as places
from isthmus.analyses.robustness import stage as robustness
from isthmus.analyses.scientists import stage as scientists
from isthmus.analyses.significance import stage as significance
from isthmus.analyses.stage import Stage
from isthmus.analyses.trajectories import stage as trajectories

STAGES: tuple[Stage, ...] = (
    *corpus.STAGES,
    *places.STAGES,
    *networks.STAGES,
    *significance.STAGES,
    *trajectories.STAGES,
    *robustness.STAGES,
    *output.STAGES,
    *blocs.STAGES,
    *novelty.STAGES,
    *cities.STAGES,
    *bridging.STAGES,
    *gravity.STAGES,
    *disruption.STAGES,
    *migration.STAGES,
    *scientists.STAGES,
    *hits.STAGES,
    *partnership.STAGES,
)
