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
# # What the surveys say
#
# Every survey of a finished run: how many animals and groups, what was detected, the estimate by
# the survey's design beside the model's, the checks that decide whether the fit may be used, and
# the method with its priors. A part is shown when the posterior file holds it.
# The results folder is that of `ustyurt run`; set `USTYURT_RESULTS` to look at another one.

# %%
import os

from ustyurt_models.report import as_frame, open_run, view
from ustyurt_models.report.chapters.surveys import abundance_table, inventory, survey_part

run = open_run(os.environ.get("USTYURT_RESULTS", "../scenarios/results/demo"))
view(inventory(run.surveys))

# %% [markdown]
# ## One survey in full
#
# A survey marked SIMULATED says nothing about the animals of the plateau; it shows what a real one
# would give. `diagnostics: look` names what somebody must judge before the numbers are used.

# %%
survey = run.surveys[0]
view(survey_part(survey, run.land))

# %% [markdown]
# ## The numbers, to work with
#
# Animals, per stratum and in total.

# %%
as_frame(abundance_table(survey))

# %% [markdown]
# The draws behind them: animals in `abundance`, groups in `group_abundance`, never to be mixed up.

# %%
survey.tree["abundance"].to_dataset()

# %% [markdown]
# ## The posterior itself
#
# Units stand in the attributes of each variable.

# %%
survey.tree["posterior"].to_dataset()
