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
fast as in 1998-2002, and young per female vanish where males become rare. The published 1-2.5 %
speak of the rut, the census stands after the winter, in which poachers take males first; shares
are therefore carried back to the rut by the hazards of the draw. At the central evidence males
stay above the threshold, so conception collapses in some draws and not in others.

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

## 4 Cheetah density against prey biomass: met in even weather, not under juts

Even land, gazelles alone, nobody who kills cheetahs, closed edge; means over the second half of
the time, cubs counted. In even weather the band lies between the rule of Carbone & Gittleman (2
cheetahs per 10 t of prey; 60 to 130 kg of predators, the spread of `che_carbone`) and that of
Hayward et al.; at 0.5 gazelles per km2 and in drawn weather, where winters kill prey as they
never do where those rules come from, it is that of deserts, 0.02-0.3 per 100 km2.

**Two rows were calibrated to this pattern and are therefore not supported by it**: `che_interfere`
(that interference is this strong; its value is a mean of published home ranges) and
`che_prey_group`. What changed, each with its reason:

- **Interference** (`che_interfere`, Beddington-DeAngelis). Before, what a cheetah found depended
  on prey alone. Such a predator eats every land down to the same few prey, however rich it is,
  and swings with them (the paradox of enrichment; Arditi & Ginzburg 1989): in a mean-field sketch
  of this model prey came to rest at 5 kg per km2 whatever the capacity, and the rest was unstable
  from 1 gazelle per km2 on. The published rules say the contrary, prey and cheetahs rise
  together. Kill rates of large carnivores do fall with their own density where it was measured
  (wolves: Vucetich et al. 2002, Jost et al. 2005, Zimmermann et al. 2015); for cheetahs nobody
  has measured it.
- **Need of food** (`che_prey_live`, 1,150 kg a year instead of 1,400): the mean of two routes,
  2.8 kg of meat a day from a popular source, and a measured expenditure of 9 MJ a day.
- **Growth of gazelle** (`gaz_lambda_max`, 1.25 instead of 1.19). The old value was that of
  middling survival in its own table, while saiga were read at good survival. With juts gazelle
  now grow by 1.20 a year; published are 1.11 (Charyn), 1.19 (median of reintroduced
  artiodactyls), 1.30 (Bukhara enclosure) and 1.32 (mountain gazelle in Arabia).
- **Juts** took their share from the adults, and more from the young, so 0.35 became about 0.42 of
  all animals, though `gaz_jut_sev` and its like speak of the population. They now take that
  share.
- **Each encounter is a hunt** (`che_prey_group`, 1 instead of 2). With groups of 2 cheetahs
  cannot last on 10 kg of prey per km2, and deserts hold less. Groups of goitered gazelle hardly
  grow with density (Blank et al. 2012).
- Earlier: a female conceives a gestation before her cubs leave; yearlings run their mother's
  risk.

What agrees and what does not:

- In even weather cheetahs last and keep within the band from 1 to 4 gazelles per km2 at capacity,
  and on prey as fast as on African plains. Prey stays well below capacity beside them.
- Interference decides: without it the same land loses its cheetahs (last table). Need of food and
  growth of gazelle move the balance by a fifth only and were changed for their own evidence.
- On 10 kg per km2 they hold a desert density, 0.03 to 0.06, far below Carbone & Gittleman: with
  ample prey they grow by no more than 1.07 to 1.09 a year (pattern 3), on so little by next to
  nothing, so that such a few dozen animals can be lost by chance, in the table and on smaller land.
- **Under drawn winters they do not last on poor land.** A jut takes a third of the prey at once
  and everywhere on this small land, and the growth of cheetahs leaves no margin to wait for it.
  Without cheetahs prey stands at about 0.7 to 0.8 of capacity then. Its growth varies by 0.12
  between years without jut (standard deviation of the logarithm, mostly from droughts), as much
  as that of introduced muskoxen in Norway (0.13; Asbjørnsen et al. 2005), and by 0.21 in all: it
  is juts that matter, and the suspicion that drought counts three times near capacity is not borne
  out.
- Cub survival was looked at and left (`che_cub_ust`, 0.4): Kgalagadi with lions has 0.34, and in
  Namibia without them 0.79 from emergence in one study and less than a half in another.
- Not measured here, because results hold no single animals: age at first litter and the distance
  of natal dispersal. Published distances are walked as path lengths per season, so net dispersal
  is shorter than `che_disp_nat_f` and `che_disp_nat_m`.

So **the chance that released cheetahs last is likely understated where winters are hard and
prey is scarce**. Compare scenarios; absolute numbers lean on two calibrated rows.

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
