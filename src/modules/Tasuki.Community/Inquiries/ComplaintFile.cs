using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Community.Inquiries;

/// <summary>The log of complaints for a spreadsheet: dates and states, nothing of what was written and nobody's name.</summary>
internal static class ComplaintFile
{
    public const string Path = "/staff/inquiries/complaints.csv";

    public static void Map(IEndpointRouteBuilder app) => app.MapGet(Path, Write).RequireAuthorization(DeskPolicies.AnswerInquiries);

    /// <summary>One cell, so that a spreadsheet shows it and never computes it (security page, 21).</summary>
    internal static string Cell(string text)
    {
        var safe = text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠', ..] ? "'" + text : text;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static async Task<IResult> Write(InquiryBook book, Texts<CommunityTexts> texts, TimeProvider clock, HttpContext context)
    {
        var lines = new StringBuilder();
        Line(lines, texts["number"], texts["received"], texts["kind"], texts["channel"], texts["state"], texts["due"], texts["answered"], texts["closed"]);
        foreach (var row in (await book.Complaints(context.RequestAborted)).Rows)
        {
            Line(
                lines, row.Number, Day(row.Received), texts[$"kind-{row.Kind}"], texts[$"channel-{row.Channel}"], texts[$"state-{row.State}"],
                row.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Day(row.Answered), Day(row.Closed));
        }

        context.Response.Headers.CacheControl = "no-store";
        // With the mark in front spreadsheets read it as UTF-8.
        return Results.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(lines.ToString())], "text/csv; charset=utf-8", $"complaints-{clock.Today().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.csv");
    }

    private static void Line(StringBuilder lines, params string[] cells) => lines.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Day(DateTimeOffset? at) => at is { } there ? TokyoDay.Of(there).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "";
}
