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

What was wrong and is corrected, each with its reason:

- A female could conceive only after her cubs had left, so reared litters came every 21.8 months;
  published are 17.8 in reserves (`che_ibi_sa`) and 20.1 in the Serengeti. She now conceives a
  gestation before they leave (18.6 months here).
- Yearlings with their mother ran the risk of sub-adults, though `che_s_sub` speaks of 17 to 30
  months: half a year of mortality counted twice. They now run their mother's risk.
- `che_success` is a share of hunts, but was taken as the chance of every single animal met,
  although a hunt at a group brings one of them. At 0.1 gazelle per km2 cheetahs were nearly full,
  so they grew until the land was empty and died out. Attack rates are now divided by
  `che_prey_group` (2; grade C, 1 to the 5.5 of `gaz_group`). It is calibrated, and it matters most
  of all: at 5.5 cheetahs last beside 2 gazelles per km2 close to the rule of Carbone & Gittleman,
  but from 3 on they cannot hold themselves on 0.6 per km2, and deserts hold 0.02-0.3 per
  100 km2 on no more.

With ample prey and nobody who kills them cheetahs grow by about 1.11 a year (pattern 3), so the
life table no longer drives them out. What is left is hunger, and it is not solved:

- The rule of Carbone & Gittleman and the evidence on gazelle do not fit together. Two cheetahs
  that take 1,400 kg a year each (`che_prey_live`) need up to 29 % of their 10 t of prey every
  year; a gazelle population whose best growth is 1.19 (`gaz_lambda_max`) cannot yield that.
  Cheetahs pass the lasting yield, prey falls, and both swing; on rich land the swing ends in
  extinction.
- In drawn weather juts and droughts alone move prey several-fold, and cheetahs on land of this
  size do not outlast the troughs. Drought acts on young, births and capacity at once, which may
  be too much near capacity.
- Tried without success, and not kept: residents that leave as soon as prey does not suffice for
  all claims on it; both a lower need and faster gazelle together (cheetahs then overshoot more).
- Not changed, because one seen abstract is too little to move a staple row, but worth an expert's
  look first: reintroduced mountain gazelle in central Arabia grew by exp(0.275) = 1.32 a year,
  and the allometry of Sinclair (2003) gives still more for 27 kg; cheetahs spend about 9 MJ a day
  (press report on the study of `scantlebury2014`), which by rough energy values is nearer 950 kg
  of live prey a year than 1,400.
- Not measured here, because results hold no single animals: age at first litter and the distance
  of natal dispersal. Published distances are walked as path lengths per season, so net dispersal
  is shorter than `che_disp_nat_f` and `che_disp_nat_m`.

Until then **the chance that released cheetahs last is likely understated where gazelle are the
only prey**. Comparisons of scenarios share the fault; absolute numbers should not be quoted.


![Density against prey](patterns/density.png)

![One course of cheetahs and gazelle](patterns/course.png)

{table4}
The same land at a capacity of 2 gazelles per km2 in even weather, one thing changed at a time:

{variants}
## 5 Density dependence of prey

Runs from 2 % of capacity upwards and from 160 % downwards, in even years; the strength of the
response is solved, not set (`formulas/demography.calibrate_density`). Growth is highest far below
K and none at K.

![Growth against N / K](patterns/response.png)

{table5}"""
