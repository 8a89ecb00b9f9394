"""Answers that can hardly be meant together: a rating, and how likely the same person holds the claim to be true."""

# The seven bands of ICD 203 (Analytic Standards, Office of the Director of National Intelligence, 2015), in order.
UNLIKELY = ("remote", "very_unlikely", "unlikely")
LIKELY = ("likely", "very_likely", "certain")


def contradict(look: str, likelihood: str) -> bool:
    """Whether a rating that looks so is at odds with this likelihood that the claim is true.

    An even chance is at odds with nothing, and neither is a missing answer or a rating that takes no side.
    """
    return (look == "supported" and likelihood in UNLIKELY) or (look == "refuted" and likelihood in LIKELY)
