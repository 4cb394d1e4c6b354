"""Which null models let the years of a window be tested as one sum."""

#: Null models whose link probability and expected weight are the exact ones of the Enhanced Configuration Model.
EXACT_LAWS = ("ecm", "ecm-variance-corrected", "ecm-variance-corrected-poisson", "ecm-variance-corrected-mad")
NOT_POOLED = "The window as a whole is not tested: the null model's law of a sum of years is not known exactly."


def pools(null_model: str, samples: int) -> bool:
    """Return whether a null model's law of a pair is exact, so that years can be pooled.

    Parameters
    ----------
    null_model : str
        Its name in the configuration.
    samples : int
        Realisations behind its moments; 0 where they are exact.
    """
    return null_model in EXACT_LAWS and (samples == 0 or null_model != "ecm")
