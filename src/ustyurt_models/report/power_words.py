"""Standing text of the page on survey design: how it was done, and what is left out."""

__all__ = ["ABOUT_DETECTION", "ABOUT_REFITS", "ABOUT_TREND", "LIMITS"]

ABOUT_REFITS = (
    "For every simulated future one joint draw is taken from the posterior of today's survey: "
    "density by stratum, detection, group size and the spread among transects. What is unknown "
    "today is thus unknown in the result. Abundance then follows the change on the log scale, "
    "plus yearly noise that stays in the population (a random walk). In every survey year the "
    "simulator of the survey model draws what the transects would have met, and the same model is "
    "fitted to it: mode, curvature, and importance weights on 1024 quasi-random points. The same "
    "future has the same draw, noise and stream of chance in every design and under every change."
)

ABOUT_TREND = (
    "Each survey is analysed on its own. Its posterior mean and standard deviation of log "
    "abundance enter a regression on the year by generalised least squares, with flat priors on "
    "level and slope. Errors of surveys are independent, with the standard deviations that the "
    "refits report; the yearly noise is a random walk whose standard deviation is taken as known, "
    "because a handful of surveys cannot tell it. The share of animals that all surveys miss alike "
    "is left out of this regression: it moves the level, not the slope. In the CV of abundance it "
    "is kept."
)

ABOUT_DETECTION = (
    "A change counts as seen when the posterior probability of its direction reaches the stated "
    "certainty. Without any change that happens, in either direction, in a share of futures equal "
    "to one minus the certainty; the column of false alarms shows what was found."
)

LIMITS = (
    "The model that is fitted is the one that made the data: a wrong choice of detection function "
    "would widen the errors.",
    "Repeated visits count as further effort; animals that stand at the same place on every visit "
    "would make them worth less.",
    "Surveys do not lend each other strength: one detection function for all years would make a "
    "design somewhat more precise.",
    "The share missed on the line or in the strip is the same in all years; if it drifted, so "
    "would the estimate.",
    "Group size does not change with abundance, and strata change alike.",
)
