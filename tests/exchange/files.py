"""Small invented IATI files, written where a test needs them."""

TITLE = "<title><narrative>Safe crossings</narrative></title>"


def iati(*activities, version="2.03", root="iati-activities", declaration='<?xml version="1.0" encoding="UTF-8"?>'):
    attribute = f' version="{version}"' if version else ""
    return "\n".join([declaration, f"<{root}{attribute}>", *activities, f"</{root}>"]).encode()


def activity(*parts, identifier="XX-REG-1-A", title=TITLE, language=' xml:lang="en"'):
    name = f"<iati-identifier>{identifier}</iati-identifier>" if identifier else ""
    return "\n".join([f"<iati-activity{language}>", name, title, *parts, "</iati-activity>"])


def org(name, *, ref="", role="4", kind="21"):
    attributes = f' ref="{ref}"' if ref else ""
    return (
        f'<participating-org{attributes} role="{role}" type="{kind}"><narrative>{name}</narrative></participating-org>'
    )


def result(*indicators, title="Fewer accidents", kind="2"):
    return f'<result type="{kind}"><title><narrative>{title}</narrative></title>{"".join(indicators)}</result>'


def indicator(*parts, title="Accidents a year", measure="1", ascending="1"):
    start = f'<indicator measure="{measure}" ascending="{ascending}">'
    return f"{start}<title><narrative>{title}</narrative></title>{''.join(parts)}</indicator>"


def baseline(value, *, year="2024"):
    return f'<baseline year="{year}" value="{value}"/>'


def period(*values, start="2025-01-01", end="2025-12-31"):
    return f'<period><period-start iso-date="{start}"/><period-end iso-date="{end}"/>{"".join(values)}</period>'


def target(value, inside=""):
    return f'<target value="{value}">{inside}</target>'


def actual(value, inside=""):
    return f'<actual value="{value}">{inside}</actual>'
