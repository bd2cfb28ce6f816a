"""The IATI codes we read, as short tables.

Source: codelists of the IATI activity standard 2.03 (CC BY 4.0), https://iatistandard.org/en/iati-standard/203/codelists/.
Labels are the English names of the lists. A code that is missing here is kept as it is written and never refused.
"""

from typing import Final

SUPPORTED_VERSIONS: Final = ("2.01", "2.02", "2.03")

ORGANISATION_TYPE: Final = {
    "10": "Government",
    "11": "Local Government",
    "15": "Other Public Sector",
    "21": "International NGO",
    "22": "National NGO",
    "23": "Regional NGO",
    "24": "Partner Country based NGO",
    "30": "Public Private Partnership",
    "40": "Multilateral",
    "60": "Foundation",
    "70": "Private Sector",
    "71": "Private Sector in Provider Country",
    "72": "Private Sector in Aid Recipient Country",
    "73": "Private Sector in Third Country",
    "80": "Academic, Training and Research",
    "90": "Other",
}
ORGANISATION_ROLE: Final = {"1": "Funding", "2": "Accountable", "3": "Extending", "4": "Implementing"}
INDICATOR_MEASURE: Final = {"1": "Unit", "2": "Percentage", "3": "Nominal", "4": "Ordinal", "5": "Qualitative"}
RESULT_TYPE: Final = {"1": "Output", "2": "Outcome", "3": "Impact", "9": "Other"}
ACTIVITY_STATUS: Final = {
    "1": "Pipeline/identification",
    "2": "Implementation",
    "3": "Finalisation",
    "4": "Closed",
    "5": "Cancelled",
    "6": "Suspended",
}
ACTIVITY_DATE_TYPE: Final = {"1": "Planned start", "2": "Actual start", "3": "Planned end", "4": "Actual end"}

QUALITATIVE: Final = "5"
PERCENTAGE: Final = "2"
PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1", "2", "3", "4"
SDG_GOALS: Final = "2"
SDG_TARGETS: Final = "3"
