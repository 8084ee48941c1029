"""Camera traps: what their density takes for granted that no picture can show."""

from ustyurt_models.report.content import Bullets, Paragraph, Section
from ustyurt_models.report.inputs import SurveyResult

__all__ = ["ASSUMPTIONS", "cameras_part"]

_PLACED = (
    "Cameras stand at random with respect to the animals. At trails, water, or with bait or scent, "
    "animals pass more often than elsewhere and density comes out too high by just that factor; "
    "nothing in the pictures shows it."
)
_CLOSED = "Numbers do not change while the cameras stand: nobody is born, dies, comes or goes."
_MOVES = (
    "Animals neither seek nor avoid cameras, and the day range is that of this species, here and "
    "now, for all animals, resting ones included. Density is wrong by the factor that it is wrong: "
    "twice the true day range gives half the true density."
)
_MISSED = (
    "A motion sensor that misses passages inside the stated sector makes density too low by the "
    "share missed (small or fast animals, hot days). The reach must be that of the sensor for this "
    "species."
)
_IN_VIEW = (
    "Every animal inside the stated sector is seen in the picture of an instant. Those behind "
    "bushes or in the dark are missed, and density is too low by the share missed."
)
_TRIGGERED = (
    "Pictures of a motion sensor are no pictures of instants: an animal that stands still in view "
    "is not photographed, so that density comes out too low. Time-lapse pictures have no such gap."
)
_RATES = "Groups, not animals, are what is met by chance; animals are groups times mean group size."

#: What each model takes for granted, and which way its density errs where that fails.
ASSUMPTIONS = {
    "camera_encounter": (_PLACED, _MOVES, _MISSED, _CLOSED, _RATES),
    "time_to_event": (
        _PLACED,
        _MOVES,
        _MISSED,
        _CLOSED,
        "Passages at a camera come independently of each other: waiting is exponential. Groups "
        "that come back soon, or a herd that passes in pieces, count once per occasion only.",
        _RATES,
    ),
    "space_to_event": (
        _PLACED,
        _IN_VIEW,
        _TRIGGERED,
        _CLOSED,
        "Groups lie independently of each other and of the camera before. How fast they move has "
        "no part, so an animal that rests in view is as good as one that walks.",
        _RATES,
    ),
    "instantaneous_sampling": (
        _PLACED,
        _IN_VIEW,
        _TRIGGERED,
        _CLOSED,
        "Instants so close that the same group is still in view repeat it. The estimate stays "
        "right, but a few cameras then tell less than their many instants seem to.",
        _RATES,
    ),
}


def cameras_part(survey: SurveyResult) -> Section | None:
    """Return the part on what a density of camera traps takes for granted, if the survey is one.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    if survey.model not in ASSUMPTIONS:
        return None
    text = (
        "Density is events per effort, divided by what one group per km² would give. Cameras "
        "differ beyond chance: the spread between them is estimated and widens the interval. The "
        "rest is taken for granted; where it fails, the number is wrong:"
    )
    blocks = (Paragraph(text), Bullets(ASSUMPTIONS[survey.model]))
    title = "What the density of the cameras takes for granted"
    return Section(f"survey-{survey.name}-cameras", title, blocks)
