using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Compliance.Controls;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Compliance.Sheets;

/// <summary>A check sheet as a file: CSV and XLSX for whoever works on it, and what is published as JSON for everybody's programs.</summary>
internal static class SheetFiles
{
    private static readonly JsonSerializerOptions Published = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/staff/compliance/sheets/{sheet}.csv", Csv).RequireAuthorization(DeskPolicies.ReadAudit);
        app.MapGet("/staff/compliance/sheets/{sheet}.xlsx", Xlsx).RequireAuthorization(DeskPolicies.ReadAudit);
        app.MapGet("/trust.json", Json).RequireAuthorization(Policies.Anyone);
    }

    private static async Task<IResult> Csv(string sheet, Answers answers, ProbeSentences sentences, Texts<ComplianceTexts> texts, Language language, TimeProvider clock, HttpContext context)
    {
        if (CheckSheet.Find(sheet) is not { } known)
            return Results.NotFound();
        var rows = Rows(known, await answers.All(context.RequestAborted), sentences, texts, language);
        context.Response.Headers.CacheControl = "no-store";
        return Results.File(CsvOf(rows), "text/csv; charset=utf-8", Name(known, clock, "csv"));
    }

    /// <summary>With the mark in front spreadsheets read it as UTF-8.</summary>
    internal static byte[] CsvOf(IReadOnlyList<string[]> rows)
    {
        var lines = new StringBuilder();
        foreach (var row in rows)
            lines.AppendCsvLine(row);
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(lines.ToString())];
    }

    private static async Task<IResult> Xlsx(string sheet, Answers answers, ProbeSentences sentences, Texts<ComplianceTexts> texts, Language language, TimeProvider clock, HttpContext context)
    {
        if (CheckSheet.Find(sheet) is not { } known)
            return Results.NotFound();
        var rows = Rows(known, await answers.All(context.RequestAborted), sentences, texts, language);
        context.Response.Headers.CacheControl = "no-store";
        return Results.File(Workbook(texts["sheet-" + known.Id], rows), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Name(known, clock, "xlsx"));
    }

    private static async Task<IResult> Json(PublicState state, ReadPublicSheets reader, Municipality municipality, HttpContext context)
    {
        var now = await state.Read(reader, context.RequestAborted);
        var published = new PublishedTrust(
            municipality.Name, municipality.OperatorName,
            [.. now.Signed.Select(s => new PublishedSheet(s.Content.Sheet, s.At, s.Content.Editions, s.Content.Role, [.. s.Content.Lines.Select(l => Line(l, now))]))],
            [.. now.Told.Select(t => new PublishedSpell(t.Rows, t.Check.Id, t.Since, t.Until))]);
        return Results.Json(published, Published);
    }

    private static PublishedLine Line(SignedLine line, PublicSheets now) => new(
        line.Id, line.Ja, line.En, now.MendedSince.ContainsKey(line.Id) ? PublishedState.BeingMended : line.State is AnswerState.Met ? PublishedState.Met : PublishedState.Planned,
        line.Binding, line.ToBeChecked, line.At, line.Plan, line.PlanBy, now.MendedSince.TryGetValue(line.Id, out var since) ? TokyoDay.Of(since) : null);

    private static string Name(CheckSheet sheet, TimeProvider clock, string extension) => $"{sheet.Id}-{clock.Today().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.{extension}";

    /// <summary>Heading and one row for each requirement of the sheet.</summary>
    internal static List<string[]> Rows(CheckSheet sheet, IReadOnlyList<AnsweredRow> answers, ProbeSentences sentences, Texts<ComplianceTexts> texts, Language language)
    {
        var rows = new List<string[]>
        {
            new[] { texts["col-id"], texts["col-requirement"], texts["col-basis"], texts["col-checked"], texts["col-answer"], texts["col-evidence"], texts["col-date"], texts["col-plan"], texts["col-plan-by"] },
        };
        foreach (var a in sheet.Of(answers))
        {
            rows.Add(
            [
                a.Row.Id, a.Row.Text.For(language.Culture),
                string.Join(" / ", a.Bases.Where(b => sheet.Has(a.Row, b)).Select(b => $"{b.Source.Name.For(language.Culture)} {b.Clause.For(language.Culture)}")),
                a.Row.ToBeChecked ? texts["to-be-checked"] : "", texts["state-" + a.State],
                string.Join(" / ", sentences.Evidence(a)), a.At is { } at ? Day(TokyoDay.Of(at)) : "", a.Plan?.Content.Text ?? "", a.Plan is { } plan ? Day(plan.Content.By) : "",
            ]);
        }

        return rows;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Every cell is text: a spreadsheet shows it and computes nothing (security page, 21).</summary>
    internal static byte[] Workbook(string name, IReadOnlyList<string[]> rows)
    {
        using var bytes = new MemoryStream();
        using (var document = SpreadsheetDocument.Create(bytes, SpreadsheetDocumentType.Workbook))
        {
            var workbook = document.AddWorkbookPart();
            var part = workbook.AddNewPart<WorksheetPart>();
            double[] widths = [9, 60, 32, 18, 12, 60, 12, 40, 12];
            var data = new SheetData();
            foreach (var row in rows)
                data.Append(new Row(row.Select(cell => new Cell(new InlineString(new Text(Visible(cell)) { Space = SpaceProcessingModeValues.Preserve })) { DataType = CellValues.InlineString })));
            part.Worksheet = new Worksheet(
                new SheetViews(new SheetView(new Pane { VerticalSplit = 1, TopLeftCell = "A2", ActivePane = PaneValues.BottomLeft, State = PaneStateValues.Frozen }) { WorkbookViewId = 0 }),
                new Columns(widths.Select((w, i) => new Column { Min = (uint)i + 1, Max = (uint)i + 1, Width = w, CustomWidth = true })), data);
            // A sheet's name has at most 31 characters and none of []:*?/\.
            var title = new string([.. name.Where(c => !"[]:*?/\\".Contains(c, StringComparison.Ordinal)).Take(31)]);
            workbook.Workbook = new Workbook(new DocumentFormat.OpenXml.Spreadsheet.Sheets(new Sheet { Id = workbook.GetIdOfPart(part), SheetId = 1, Name = title }));
        }

        return bytes.ToArray();
    }

    private static string Visible(string text) => new([.. text.Where(System.Xml.XmlConvert.IsXmlChar)]);

    private enum PublishedState
    {
        Met,
        Planned,
        BeingMended,
    }

    private sealed record PublishedTrust(string Municipality, string Operator, IReadOnlyList<PublishedSheet> Sheets, IReadOnlyList<PublishedSpell> Mended);

    private sealed record PublishedSpell(IReadOnlyList<string> Rows, string Check, DateOnly Since, DateOnly? Until);

    private sealed record PublishedSheet(string Sheet, DateTimeOffset Signed, IReadOnlyList<string> Editions, string SignedBy, IReadOnlyList<PublishedLine> Lines);

    private sealed record PublishedLine(
        string Id, string Ja, string En, PublishedState State, bool Binding, bool ToBeChecked, DateOnly? LastSeen, string? Plan, DateOnly? PlanBy, DateOnly? BeingMendedSince);
}
