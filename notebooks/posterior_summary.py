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
# Every survey of a finished run: the data, the fitted detection function or trend, abundance with
# 95 % equal-tailed intervals, and the diagnostics that decide whether the fit may be used.
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
# would give.

# %%
survey = run.surveys[0]
view(survey_part(survey))

# %% [markdown]
# ## The numbers, to work with

# %%
as_frame(abundance_table(survey))

# %% [markdown]
# ## The posterior itself
#
# Units stand in the attributes of each variable.

# %%
survey.tree["posterior"].to_dataset()
