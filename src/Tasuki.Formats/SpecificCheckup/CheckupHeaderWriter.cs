using System.Text.Json;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>The reverse of <see cref="CheckupHeader"/>: what stands before the results, in the order of the schema.</summary>
internal sealed class CheckupHeaderWriter(CdaWriter writer)
{
    public void Write(CheckupDocument document, JsonElement composition)
    {
        writer.Start("typeId", ("root", "2.16.840.1.113883.1.3"), ("extension", "POCD_HD000040"));
        writer.End();
        if (composition.At("identifier") is { } identifier && identifier.Text("system").Oid() is { } root)
            writer.Id(root, identifier.Text("value") is { } value && value != "urn:oid:" + root ? value : null);
        else
            writer.Id(null, null);
        if (composition.Each("category").FirstOrDefault().Coding() is { } kind)
            writer.Code("code", kind.Code, CheckupCodes.ReportKinds, null);
        if (composition.Text("title") is { } title)
            writer.Leaf("title", title);
        writer.Time("effectiveTime", composition.Text("date"));
        writer.Start("confidentialityCode", ("code", "N"));
        writer.End();

        var coverage = writer.Resources.Where(each => each.Text("resourceType") == "Coverage").ToList();
        Person(document.Person, coverage);
        Authors(composition);
        writer.Start("custodian");
        writer.Start("assignedCustodian");
        writer.Start("representedCustodianOrganization");
        writer.Id(null, null);
        writer.End();
        writer.End();
        writer.End();
        foreach (var each in coverage)
            Participant(each);
        Event(composition);
    }

    private void Person(ReadPerson person, List<JsonElement> coverage)
    {
        writer.Start("recordTarget");
        writer.Start("patientRole");
        if (coverage.Select(each => Insurer(each)).FirstOrDefault(each => each is not null) is { } insurer)
            writer.Id(CheckupCodes.Insurer, insurer);
        else
            writer.Id(null, null);
        if (person.Names.Count > 0 || person.BirthDate is not null || person.Gender is not null)
        {
            writer.Start("patient");
            // The schema has room for one name; the first is the one the document leads with.
            if (person.Names.Count > 0)
                writer.Leaf("name", person.Names[0]);
            if (person.Gender is "male" or "female")
                writer.Code("administrativeGenderCode", person.Gender == "male" ? "1" : "2", CheckupCodes.Gender, null);
            if (person.BirthDate is { } birth)
                writer.Time("birthTime", birth.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            writer.End();
        }

        writer.End();
        writer.End();
    }

    private void Authors(JsonElement composition)
    {
        var any = false;
        foreach (var author in composition.Each("author"))
        {
            if (writer.Resource(author.Text("reference")) is not { } resource || resource.Text("resourceType") is not ("Practitioner" or "Organization"))
                continue;
            any = true;
            writer.Start("author");
            writer.Time("time", composition.Text("date"));
            writer.Start("assignedAuthor");
            writer.Id(null, null);
            if (resource.Text("resourceType") == "Practitioner")
            {
                writer.Start("assignedPerson");
                writer.Leaf("name", CdaWriter.NameOf(resource));
                writer.End();
            }
            else
            {
                writer.Organization("representedOrganization", resource);
            }

            writer.End();
            writer.End();
        }

        if (any)
            return;
        writer.Start("author");
        writer.Time("time", composition.Text("date"));
        writer.Start("assignedAuthor");
        writer.Id(null, null);
        writer.End();
        writer.End();
    }

    private void Participant(JsonElement coverage)
    {
        var identifier = coverage.Each("identifier").FirstOrDefault();
        if (identifier.Text("system").Oid() is not { } root || identifier.Text("value") is not { } number)
            return;
        writer.Start("participant", ("typeCode", "HLD"));
        if (coverage.At("type").Coding() is { } kind)
            writer.Code("functionCode", kind.Code, CheckupCodes.TicketKinds, null);
        if (coverage.At("period") is { } period)
        {
            writer.Start("time");
            if (period.Text("start") is { } start)
                writer.Time("low", start);
            if (period.Text("end") is { } end)
                writer.Time("high", end);
            writer.End();
        }

        writer.Start("associatedEntity", ("classCode", "IDENT"));
        writer.Id(root, number);
        if (writer.Resource(coverage.Each("payor").FirstOrDefault().Text("reference")) is { } insurer)
            writer.Organization("scopingOrganization", insurer);
        writer.End();
        writer.End();
    }

    private void Event(JsonElement composition)
    {
        var encounter = writer.Resource(composition.At("encounter").Text("reference"));
        var happened = composition.Each("event").FirstOrDefault();
        if (encounter is null && happened.ValueKind is not JsonValueKind.Object)
            return;
        writer.Start("documentationOf");
        writer.Start("serviceEvent");
        if (happened.Each("code").FirstOrDefault().Coding() is { } programme)
            writer.Code("code", programme.Code, CheckupCodes.Programmes, null);
        if ((happened.At("period") ?? encounter.At("period")) is { } period)
        {
            writer.Day = period.Text("start");
            writer.Interval("effectiveTime", writer.Day, period.Text("end"));
        }

        if (encounter?.At("serviceProvider") is { } provider && writer.Resource(provider.Text("reference")) is { } organization)
        {
            writer.Start("performer", ("typeCode", "PRF"));
            writer.Start("assignedEntity");
            writer.Id(null, null);
            writer.Organization("representedOrganization", organization);
            writer.End();
            writer.End();
        }

        writer.End();
        writer.End();
    }

    private string? Insurer(JsonElement coverage) =>
        writer.Resource(coverage.Each("payor").FirstOrDefault().Text("reference"))?.Each("identifier").FirstOrDefault().Text("value");
}
