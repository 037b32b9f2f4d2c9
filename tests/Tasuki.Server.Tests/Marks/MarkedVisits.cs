using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Tasuki.Testing.Marks;

namespace Tasuki.Server.Tests.Marks;

/// <summary>Marks wherever a page takes a text or a file: sign-up, bringing in, looking, taking out, recovering, closing, an officer's desk, and inquiries.</summary>
internal sealed partial class MarkedVisits(MarkSet marks, MarkedServer server)
{
    private static readonly byte[] ZipHead = "PK\u0003\u0004"u8.ToArray();

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async Task Walk(MarkedServices services)
    {
        var (family, given) = (marks.Kana("family kana at sign-up"), marks.Kana("given kana at sign-up"));
        using var visitor = await Resident(family, given);
        await BringIn(visitor);
        await Look(visitor);
        await TakeOut(visitor);
        await Inquire(visitor);
        var code = await Desk(services, family, given);
        await Recover(code);
        await Close(visitor);
    }

    /// <summary>A resident with marks for name, sign-in name, password, device.</summary>
    public async Task<Walker> Resident(string familyKana, string givenKana)
    {
        var visitor = server.Visitor();
        visitor.Headers["User-Agent"] = $"Mozilla/5.0 (Linux; {marks.New("device")}) Firefox/{marks.New("browser")}";
        visitor.Headers["Referer"] = $"http://{marks.New("host of the referrer")}.example/?{marks.New("query of the referrer")}";
        visitor.Headers["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        visitor.Headers["baggage"] = $"k={marks.New("baggage")}";
        var (page, secret) = await visitor.SignUp(
            marks.Kanjis("family at sign-up"), marks.New("given at sign-up"), marks.New("sign-in name at sign-up"), marks.New("password at sign-up"), Now, familyKana, givenKana);
        Assert.Equal(200, page.Status);
        marks.Keep(secret, "authenticator");
        foreach (var (name, value) in visitor.Cookies.Where(c => c.Value.Length >= 64))
            marks.Keep(value[^64..], $"cookie {name}");
        return visitor;
    }

    private async Task BringIn(Walker visitor)
    {
        var resources = new MarkedResources(marks);
        var bundle = resources.Bundle(MarkedResources.Kinds.Take(6).Select(kind => resources.Resource(kind, 0)));
        await Store(visitor, $"{marks.New("name of an upload")}.json", Encoding.UTF8.GetBytes(bundle));
        await Store(visitor, $"{marks.New("name of a ZIP")}.zip", Zip(
            ($"{marks.New("folder in a ZIP")}/{marks.New("name in a ZIP")}.json", resources.Bundle([resources.Resource("Condition", 1), resources.Resource("DocumentReference", 1)])),
            ($"{marks.New("name of a text in a ZIP")}.txt", $"{marks.New("text in a ZIP")} is no record.")));
        // Given up, broken, foreign, and one that waits for an answer: its spool lies there while we look.
        await visitor.Submit(await Upload(visitor, $"{marks.New("name given up")}.json", bundle), "/give-up");
        await Upload(visitor, $"{marks.New("name of a broken file")}.json", $"{{\"resourceType\":\"Bundle\",\"entry\":[{{\"{marks.New("text of a broken file")}\"");
        await Upload(visitor, $"{marks.New("name of a broken ZIP")}.zip", Encoding.Latin1.GetString(ZipHead) + marks.New("text of a broken ZIP"));
        await Upload(visitor, $"{marks.New("name of an unknown file")}.csv", $"{marks.New("heading")},{marks.New("another")}\n{marks.New("cell")},1\n");
        await Upload(visitor, $"{marks.New("name of what waits")}.json", resources.Bundle([resources.Resource("Observation", 2)]));
    }

    private async Task Store(Walker visitor, string name, byte[] bytes)
    {
        var preview = await visitor.Upload(await visitor.Get("/bring-in"), "/bring-in/upload", name, bytes);
        var done = await visitor.Submit(preview, "/store", ("mine", "true"));
        Assert.True(done.Path.EndsWith("/done", StringComparison.Ordinal), $"{done.Path}: {done.Body}");
    }

    private static async Task<Answer> Upload(Walker visitor, string name, string text) =>
        await visitor.Upload(await visitor.Get("/bring-in"), "/bring-in/upload", name, Encoding.UTF8.GetBytes(text));

    private async Task Look(Walker visitor)
    {
        foreach (var path in new[] { "/home", "/files", "/timeline", "/conditions", "/medicines", "/vaccinations", "/checkups", "/diary", "/expenses", "/who-looked", "/provided", "/inbox", "/account" })
            await visitor.Get(path);
        await visitor.Get($"/timeline?q={marks.New("word of a search")}&code={marks.New("code of a search")}");
        await visitor.Get($"/{marks.New("path")}/{marks.New("path")}?{marks.New("query")}={Uri.EscapeDataString(marks.Kanjis("value of a query"))}");
        await visitor.Get($"/bring-in/{marks.New("id of an import")}");
        await visitor.Send(HttpMethod.Post, "/account/passkeys/rename", new StringContent(marks.New("body without a form")));
        await visitor.Send(HttpMethod.Get, "/", null, host: $"{marks.New("unknown host")}.example");
    }

    private static async Task TakeOut(Walker visitor)
    {
        var zip = await visitor.Submit(await visitor.Get("/take-out"), "/take-out/zip");
        Assert.StartsWith("PK", zip.Body, StringComparison.Ordinal);
    }

    private async Task<string> Desk(MarkedServices services, string familyKana, string givenKana)
    {
        using var officer = server.Visitor();
        officer.Headers["User-Agent"] = marks.New("officer's device");
        var page = await officer.Submit(await officer.Get("/sign-in"), "name=\"Password\"", ("Name", MarkedServices.StaffName), ("Password", MarkedServices.StaffPassword));
        await officer.Submit(page, "name=\"Code\"", ("Code", Walker.Code(services.StaffSecret, Now)));
        await Answer(officer);
        await officer.Submit(await officer.Get("/staff/accounts"), "name=\"FamilyKana\"", ("FamilyKana", marks.Kana("family nobody has")), ("GivenKana", marks.Kana("given nobody has")), ("Birth", "1955-04-01"));
        var found = await officer.Submit(await officer.Get("/staff/accounts"), "name=\"FamilyKana\"", ("FamilyKana", familyKana), ("GivenKana", givenKana), ("Birth", "1955-04-01"));
        var handed = await officer.Submit(found, "name=\"Checked\"", ("Checked", "true"), ("What", "hand-over"));
        var code = Receipt().Match(handed.Body).Groups["code"].Value;
        Assert.True(code.Length >= MarkSet.Length, $"{handed.Path}: {handed.Body}");
        return KeepDigits(code, "code from the counter");
    }

    // A resident, somebody who is not signed in, and words that are refused.
    private async Task Inquire(Walker resident)
    {
        var asked = await resident.Submit(
            await resident.Get("/inquiry"), "name=\"Subject\"", ("Kind", "Complaint"), ("Subject", marks.Kanjis("subject of an inquiry")), ("Text", $"{marks.New("text of an inquiry")}\n{marks.Kana("second line of an inquiry")}"));
        Assert.StartsWith("/inquiry/Q-", asked.Path, StringComparison.Ordinal);
        await resident.Submit(asked, "name=\"Text\"", ("Text", marks.New("second text of an inquiry")));
        await resident.Submit(await resident.Get("/inquiry"), "name=\"Subject\"", ("Kind", marks.New("kind of an inquiry")), ("Subject", marks.New("subject that is refused")), ("Text", $"{marks.New("text that is refused")} マイナンバー 123456789018"));
        await resident.Get($"/inquiry/{marks.New("number of an inquiry")}");

        using var visitor = server.Visitor();
        var receipt = await visitor.Submit(
            await visitor.Get("/inquiry"), "name=\"Subject\"", ("Kind", "Question"), ("Subject", marks.Kanjis("subject of a visitor")), ("Text", marks.New("text of a visitor")), ("Contact", $"{marks.New("contact of a visitor")}@example.jp"));
        var code = Receipt().Match(receipt.Body).Groups["code"].Value;
        Assert.True(code.Length >= MarkSet.Length, $"{receipt.Path}: {receipt.Body}");
        marks.Keep(code.Replace("-", "", StringComparison.Ordinal), "look-up code of a visitor");
        marks.Keep(code, "look-up code of a visitor, as shown");
        var number = InquiryNumber().Match(receipt.Body).Value;
        await visitor.Submit(await visitor.Get("/inquiry/read"), "name=\"Code\"", ("Number", marks.New("wrong number of a receipt")), ("Code", marks.New("wrong code of a receipt")));
        var read = await visitor.Submit(await visitor.Get("/inquiry/read"), "name=\"Code\"", ("Number", number), ("Code", code));
        await visitor.Submit(read, "name=\"Text\"", ("Text", marks.New("second text of a visitor")));
    }

    private async Task Answer(Walker officer)
    {
        var list = await officer.Get($"/staff/inquiries?show={marks.New("filter of the desk")}");
        var numbers = InquiryNumber().Matches(list.Body).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.Equal(2, numbers.Count);
        foreach (var number in numbers)
        {
            foreach (var (what, text) in new[] { ("take", ""), ("note", marks.New("note of an officer")), ("ask-back", marks.Kanjis("question of an officer")), ("answer", marks.New("answer of an officer")), ("close", marks.New("closing word of an officer")) })
                await officer.Submit(await officer.Get($"/staff/inquiries/{number}"), "name=\"What\"", ("What", what), ("Text", text));
            Assert.Contains("終了", (await officer.Get($"/staff/inquiries/{number}")).Body, StringComparison.Ordinal);
        }

        var entered = await officer.Submit(
            await officer.Get("/staff/inquiries/new"), "name=\"Subject\"", ("Channel", "Phone"), ("Kind", "Complaint"), ("Subject", marks.New("subject on the telephone")), ("Text", marks.Kanjis("text on the telephone")),
            ("Contact", $"{marks.Digits("number on the telephone")}"), ("Take", "true"));
        marks.Keep(Receipt().Match(entered.Body).Groups["code"].Value, "look-up code from the telephone");
        await officer.Get("/staff/inquiries/complaints.csv");
    }

    private async Task Recover(string code)
    {
        using var visitor = server.Visitor();
        var help = await visitor.Get("/sign-in/help");
        await visitor.Submit(help, "name=\"ListCode\"", ("Name", marks.New("name at a recovery")), ("ListCode", marks.New("code at a recovery")));
        await visitor.Submit(help, "id=\"counter-code\"", ("Code", marks.New("wrong code from the counter")));
        var recovery = await visitor.Submit(help, "id=\"counter-code\"", ("Code", code));
        var receipt = Receipt().Match(recovery.Body).Groups["code"].Value;
        Assert.True(receipt.Length >= MarkSet.Length, $"{recovery.Path}: {recovery.Body}");
        KeepDigits(receipt, "receipt of a recovery");
        Assert.Equal("/recovery", (await visitor.Get("/recovery")).Path);
        await visitor.Submit(await visitor.Get("/sign-in"), "name=\"Password\"", ("Name", marks.New("wrong name")), ("Password", marks.New("wrong password")));
    }

    // Shown in groups of four; kept, if it were, without them.
    private string KeepDigits(string shown, string where)
    {
        marks.Keep(shown.Replace(" ", "", StringComparison.Ordinal), where);
        return marks.Keep(shown, where);
    }

    private async Task Close(Walker visitor)
    {
        await visitor.Submit(await visitor.Get("/close-account"), "/close-account/close", ("word", marks.New("wrong word at closing")));
        var closed = await visitor.Submit(await visitor.Get("/close-account"), "/close-account/close", ("word", "閉じます"));
        Assert.Equal("/close-account/closed", closed.Path);
    }

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create))
        {
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return packed.ToArray();
    }

    [GeneratedRegex("Q-[0-9A-Z]{4}-[0-9A-Z]{2}", RegexOptions.None, 1000)]
    private static partial Regex InquiryNumber();

    [GeneratedRegex("<code class=\"tk-number\">(?<code>[^<]{16,})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Receipt();
}
