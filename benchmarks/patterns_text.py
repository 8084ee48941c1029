"""Words of the page of the pattern check."""

__all__ = ["TEXT"]

TEXT = """# Does it look like the real world?

`uv run python benchmarks/patterns.py --docs docs` wrote this page. Every pattern is a study file
that goes through the full engine with the shipped species and evidence; only switches, starts,
single parameters and the land differ. {met} comparisons agree with what is published; the others
are marked **NO** and discussed. Rows without a published range are only reported.

## 1 Saiga of the Kazakh Ustyurt, 2016-2024

Counts grew from 1,900 to 63,600, by 1.55 a year. The model starts from the count of 2016 on the
shipped landscape. A closed population does not get there in any draw of the evidence, not even
without poaching, juts and die-offs. With immigration at the upper end of `sai_immig` and counts
that see more of the animals every year (detection drifting from the lower to the upper end of
`sai_aer_det`) the fastest draws do. So the counts cannot be read as growth of the herd alone.

![Counts against the closed and the open model](patterns/recovery.png)

{table1}
## 2 Collapse under uncontrolled poaching

Poaching at `sai_poach_open` times today's pressure, from 100,000 animals. Numbers fall about as
fast as in 1998-2002, and young per female vanish where males become rare. The census counts males
from their first birthday on; the published 1-2.5 % speak of grown males, so the model's share is a
little higher for the same rut. At the central evidence males stay just above the threshold, so
conception collapses in some draws and not in others.

![Decline, and young per female against the share of males](patterns/collapse.png)

{table2}
## 3 Cheetahs where threats differ

One land on which people, roads and snares press as on Namibian farmland, prey that is not used up,
and the same animals. The fenced reserve is the study with `road`, `herders_dogs` and
`snare_poaching` switched off; hard release is a release with `method = "hard"`. Nothing else
differs.

![Cheetahs in the fenced reserve and on conflict farmland](patterns/lives.png)

{table3}
Deaths on roads are almost nil on the shipped landscape: its network joins settlements by straight
main roads only (mean exposure 0.05, 0.00 in the core), and minor roads and tracks are missing. In
Iran roads make 0.3 of recorded deaths (`mort_iran_road`), so human-caused deaths on the plateau
are if anything understated.

## 4 Cheetah density against prey biomass: not yet right

Even land, gazelles alone, nobody who kills cheetahs, closed edge; means over the second half of
the time. The band lies between the rules of Carbone & Gittleman (2 cheetahs per 10 t of prey) and
Hayward et al.

![Density against prey](patterns/density.png)

![One course of cheetahs and gazelle](patterns/course.png)

{table4}
## 5 Density dependence of prey

Runs from 2 % of capacity upwards and from 160 % downwards, in even years; the strength of the
response is solved, not set (`formulas/demography.calibrate_density`). Growth is highest far below
K and none at K.

![Growth against N / K](patterns/response.png)

{table5}"""
