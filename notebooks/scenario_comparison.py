# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Two scenarios side by side
#
# Scenarios of one study share weather and luck wherever their worlds agree (common random
# numbers), so their difference, future by future, is the effect of what people do.
# The results folder is that of `ustyurt run`; set `USTYURT_RESULTS` to look at another one.

# %%
import os

from ustyurt_models.report import as_frame, open_run, view
from ustyurt_models.report.chapters import cheetahs, comparison, prey, verdict

run = open_run(os.environ.get("USTYURT_RESULTS", "../scenarios/results/demo"))
first, second = (str(name) for name in run.results["scenario"].values[[0, -1]])

# %% [markdown]
# ## Verdicts

# %%
view(verdict.criteria_table(run))

# %% [markdown]
# ## Does the mean hide two groups of futures?

# %%
view(verdict.headline(run)[0])

# %% [markdown]
# ## Numbers over the years

# %%
view(cheetahs.numbers_figure(run))

# %%
view(prey.biomass_figure(run))

# %% [markdown]
# ## What the second scenario changes

# %%
differences = comparison.differences_table(run, first, second)
view(differences)

# %%
as_frame(differences).head()
