using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Registers;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Sheets;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Audit;

/// <summary>
/// One ZIP for an auditor or the Digital Agency's review: scope and its history, the law of the operator, every sheet, all evidence with its hashes, documents, what the checks of the chains say,
/// the way data takes. Nothing of a resident is in it. Its making is an entry of the access log under the auditor's name.
/// </summary>
internal sealed class AuditPack(
    ScopeBook scopes, ICurrentScope current, Answers answers, SheetBook sheets, EvidenceBook book, RegisterBook registers, Guided.GuidedBook guided, RequirementCatalogue catalogue, ProbeSentences sentences, DataFlow flow, RecordVault vault, Municipality municipality,
    Texts<ComplianceTexts> texts, Texts<RegimeTexts> law, Language language, TimeProvider clock)
{
    public const string Path = "/staff/compliance/audit";

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly JsonSerializerOptions OneLine = new(Indented) { WriteIndented = false };

    public static void Map(IEndpointRouteBuilder app) => app.MapPost(Path, Hand).RequireAuthorization(DeskPolicies.ReadAuditFresh);

    /// <summary>Writes every file, and last <c>manifest.json</c> with the SHA-256 of each.</summary>
    public async Task<byte[]> Make(CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        await using (var zip = await ZipArchive.CreateAsync(bytes, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel))
        {
            var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
            async Task Put(string name, byte[] content)
            {
                hashes[name] = Convert.ToHexStringLower(SHA256.HashData(content));
                await using var entry = await zip.CreateEntry(name).OpenAsync(cancel);
                await entry.WriteAsync(content, cancel);
            }

            await Put("scope.json", Json(new { Now = (await scopes.Now(cancel)).Decision, History = (await scopes.History(cancel)).Select(s => new { s.No, s.At, s.By, s.Content }) }));
            await Put("law.json", Json(await Law(cancel)));
            var all = await answers.All(cancel);
            foreach (var sheet in CheckSheet.All)
            {
                var rows = SheetFiles.Rows(sheet, all, sentences, texts, language);
                await Put($"sheets/{sheet.Id}.csv", SheetFiles.CsvOf(rows));
                await Put($"sheets/{sheet.Id}.xlsx", SheetFiles.Workbook(texts["sheet-" + sheet.Id], rows));
                await Put($"sheets/{sheet.Id}-signed.json", Json((await sheets.History(sheet, cancel)).Select(s => new { s.No, s.At, s.By, s.Content })));
            }

            await Put("documents.json", Json((await book.Newest<DocumentContent>(EvidenceKind.Document, cancel)).Values.OrderBy(d => d.Subject, StringComparer.Ordinal).Select(d => new { d.Subject, d.No, d.At, d.Content })));
            await Put("guided.json", Json((await guided.All(cancel)).Values.OrderBy(d => d.Subject, StringComparer.Ordinal).Select(d => new { d.Subject, d.No, d.At, d.By, d.Content })));
            foreach (var register in Register.All)
                await Put($"registers/{register.Id}.json", Json(new { register.Fields, Lines = (await registers.Lines(register, cancel)).Select(l => new { l.Subject, l.No, l.At, l.By, l.Content }) }));
            await Put("editions.json", Json(catalogue.Sources.Select(s => new { s.Id, Name = s.Name.Ja, Editions = s.Editions.Select(e => new { e.Id, Name = e.Name.Ja, e.Date }) })));
            await Put("evidence.ndjson", await Evidence(cancel));
            await Put("verification.json", Json(await Verification(cancel)));
            await Put("data-flow.svg", Encoding.UTF8.GetBytes(await flow.Picture(cancel)));
            await Put("README.txt", Encoding.UTF8.GetBytes(texts["pack-readme", municipality.Name, municipality.OperatorName, When(clock.GetUtcNow())]));
            await using var manifest = await zip.CreateEntry("manifest.json").OpenAsync(cancel);
            await manifest.WriteAsync(Json(new { Made = clock.GetUtcNow(), Sha256 = hashes }), cancel);
        }

        return bytes.ToArray();
    }

    private static async Task<IResult> Hand(IFormCollection form, AuditPack pack, SignedInStaff staff, RecordVault vault, TimeProvider clock, HttpContext context)
    {
        var cancel = context.RequestAborted;
        if (await staff.With(DeskRight.ReadAudit, cancel) is not { } member)
            return Results.Forbid();
        await vault.LogDesk(member.Actor, "audit-pack", cancel);
        context.Response.Headers.CacheControl = "no-store";
        return Results.File(await pack.Make(cancel), "application/zip", $"audit-{clock.Today().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.zip");
    }

    private async Task<object> Law(CancellationToken cancel)
    {
        var regime = LegalRegime.For(await current.Get(cancel), await current.Ordinance(cancel));
        return new
        {
            regime.Operator, Snapshot = LegalRegime.Snapshot, regime.Ordinance,
            Rules = regime.Rules.Select(r => new { r.Id, r.Area, Text = law["rule-" + r.Id, r.Places], Clauses = r.Clauses.Select(c => c.Japanese), r.Certainty }),
        };
    }

    // One line a piece, in the order of the chain: what the hash of each is made of, so that it can be computed again.
    private async Task<byte[]> Evidence(CancellationToken cancel)
    {
        using var lines = new MemoryStream();
        await foreach (var piece in book.Everything(cancel))
        {
            await lines.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(piece, OneLine), cancel);
            lines.WriteByte((byte)'\n');
        }

        return lines.ToArray();
    }

    private async Task<object> Verification(CancellationToken cancel)
    {
        var evidence = await book.Check(cancel);
        return new
        {
            Evidence = new { evidence.IsWhole, evidence.Rows, NamedByAccessLog = evidence.Anchors, NotYetNamed = evidence.Open, evidence.Findings },
            AccessLog = new { FirstBreak = await vault.FindBreakInLog(cancel) },
            HowToCheckAgain = "tasuki verify-log --records --witness SEAL; SHA-256 over 'HASH-BEFORE|no|microseconds since 0001-01-01|kind|subject|by|holds|SHA-256 of content', hex in capitals, gives each hash of evidence.ndjson.",
        };
    }

    private static string When(DateTimeOffset at) => at.ToOffset(TokyoDay.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value, Indented);
}
