"""The database itself refuses to change a published report."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION health_report_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'A health report is never changed.' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER health_report_is_frozen BEFORE UPDATE ON feedback_healthreport
FOR EACH ROW EXECUTE FUNCTION health_report_is_frozen();
"""
SQLITE = """
CREATE TRIGGER health_report_is_frozen BEFORE UPDATE ON feedback_healthreport
BEGIN SELECT RAISE(ABORT, 'A health report is never changed.'); END;
"""
NO_POSTGRESQL = """
DROP TRIGGER health_report_is_frozen ON feedback_healthreport;
DROP FUNCTION health_report_is_frozen();
"""
NO_SQLITE = "DROP TRIGGER health_report_is_frozen;"


def freeze(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def thaw(apps, schema_editor):
    schema_editor.execute(NO_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else NO_SQLITE)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]

    operations = [migrations.RunPython(freeze, thaw)]
