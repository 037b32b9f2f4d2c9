using System.IO.Compression;
using System.Text;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.Exchange.Tests;

public sealed class PagesTests
{
    private const string Record =
        """{"resourceType":"Observation","status":"final","code":{"text":"体重"},"effectiveDateTime":"2026-10-01","valueQuantity":{"value":65.50,"unit":"kg"}}""";

    [Fact]
    public async Task A_file_is_uploaded_looked_at_stored_downloaded_and_deleted_without_script()
    {
        await using var site = await ExchangeSite.Start();
        var resident = await site.Resident();
        using var browser = site.Browse(resident);

        var preview = await browser.Upload(("体重<b>.json", Json(Record)));
        Assert.StartsWith("/bring-in/", preview.Path, StringComparison.Ordinal);
        Assert.Contains("取り込む前の確認", preview.Text, StringComparison.Ordinal);
        Assert.Contains("まだ何も保存していません", preview.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("体重<b>.json", Encoding.UTF8.GetString(preview.Bytes), StringComparison.Ordinal);

        var done = await browser.Submit(preview, preview.Path + "/store", ("source", "Device"));
        Assert.EndsWith("/done", done.Path, StringComparison.Ordinal);
        Assert.Contains("取り込みました", done.Text, StringComparison.Ordinal);
        Assert.Contains("1件", done.Text, StringComparison.Ordinal);
        Assert.Equal(done.Path, (await browser.Submit(preview, preview.Path + "/store")).Path);

        var files = await browser.Get("/files");
        Assert.Contains("体重<b>.json", files.Text, StringComparison.Ordinal);
        var no = (await (await site.Open(resident)).Files(ExchangeHost.Cancel)).Single().FileNo;
        browser.IsFresh = false;
        Assert.StartsWith("/sign-in/confirm", (await browser.Get($"/files/{no}")).Path, StringComparison.Ordinal);
        browser.IsFresh = true;
        var download = await browser.Get($"/files/{no}");
        Assert.Equal(Record, Encoding.UTF8.GetString(download.Bytes));
        Assert.StartsWith("attachment", download.ContentHeaders.ContentDisposition!.ToString(), StringComparison.Ordinal);
        Assert.Equal("application/octet-stream", download.ContentHeaders.ContentType!.ToString());
        Assert.Equal("nosniff", download.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.StartsWith("sandbox", download.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(404, (await browser.Get("/files/4711")).Status);

        var ask = await browser.Get($"/files?ask={no}");
        Assert.Contains("消しました", (await browser.Submit(ask, $"/files/{no}/delete", ("confirmed", "true"))).Text, StringComparison.Ordinal);
        Assert.Empty(await (await site.Open(resident)).Files(ExchangeHost.Cancel));
    }

    [Fact]
    public async Task Several_files_are_several_imports_and_a_bad_one_says_why()
    {
        await using var site = await ExchangeSite.Start();
        using var browser = site.Browse(await site.Resident());
        var page = await browser.Upload(("1.json", Json(Record)), ("2.txt", Json("ただの文章")), ("3.json", Json(Record.Replace("65.50", "66.10", StringComparison.Ordinal))));
        Assert.Equal(200, page.Status);
        Assert.Contains("お返事を待っているファイル", page.Text, StringComparison.Ordinal);
        Assert.Contains("1.json", page.Text, StringComparison.Ordinal);
        Assert.Contains("3.json", page.Text, StringComparison.Ordinal);
        Assert.Contains("取り込めませんでした", page.Text, StringComparison.Ordinal);
        Assert.Equal(2, Directory.EnumerateFiles(site.Spools).Count());
    }

    [Fact]
    public async Task An_upload_without_the_token_first_is_not_read()
    {
        await using var site = await ExchangeSite.Start();
        using var browser = site.Browse(await site.Resident());
        var page = await browser.Get("/bring-in");
        using var none = new MultipartFormDataContent { { Json(Record), "files", "o.json" } };
        Assert.Contains("有効期限", (await browser.Post("/bring-in/upload", none)).Text, StringComparison.Ordinal);
        using var late = new MultipartFormDataContent { { Json(Record), "files", "o.json" }, { new StringContent(page.Token), "__RequestVerificationToken" } };
        Assert.Contains("有効期限", (await browser.Post("/bring-in/upload", late)).Text, StringComparison.Ordinal);
        using var forged = new MultipartFormDataContent { { new StringContent("forged"), "__RequestVerificationToken" }, { Json(Record), "files", "o.json" } };
        Assert.Contains("有効期限", (await browser.Post("/bring-in/upload", forged)).Text, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(site.Spools));
        Assert.Contains("upload.form", (await browser.Post("/bring-in/upload", Json(Record))).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_over_its_limit_is_read_away_and_a_form_over_all_limits_is_cut_off_and_the_server_goes_on()
    {
        await using var site = await ExchangeSite.Start(options => options with { UploadBytes = 40 << 20 });
        using var browser = site.Browse(await site.Resident());
        var over = await browser.Upload(("large.xml", new StringContent("<a>" + new string('x', 20 << 20))), ("small.json", Json(Record)));
        Assert.Contains("取り込めませんでした", over.Text, StringComparison.Ordinal);
        Assert.Contains("small.json", over.Text, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(site.Spools));

        try
        {
            var cut = await browser.Upload(("huge.xml", new StringContent("<a>" + new string('x', 60 << 20))));
            Assert.Contains("upload.size", cut.Path, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            // The server may hang up while the sender still sends.
        }

        Assert.Equal(200, (await browser.Get("/bring-in")).Status);
        Assert.StartsWith("/bring-in/", (await browser.Upload(("good.json", Json(Record)))).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_of_another_person_are_asked_for_again()
    {
        await using var site = await ExchangeSite.Start();
        var resident = await site.Resident("高橋", "花子", "タカハシ", "ハナコ");
        using var browser = site.Browse(resident);
        var preview = await browser.Upload(("b.json", Json("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"健診 太郎\"}],\"birthDate\":\"1951-05-04\"}},{\"resource\":" + Record + "}]}")));
        Assert.Contains("ほかの人の記録かもしれません", preview.Text, StringComparison.Ordinal);
        Assert.Contains("健診 太郎", preview.Text, StringComparison.Ordinal);
        Assert.Contains("1951年5月4日", preview.Text, StringComparison.Ordinal);
        var refused = await browser.Submit(preview, preview.Path + "/store");
        Assert.Contains("ファイルに書かれている人があなたと違います", refused.Text, StringComparison.Ordinal);
        Assert.EndsWith("/done", (await browser.Submit(refused, preview.Path + "/store", ("mine", "true"))).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taking_out_needs_a_fresh_factor_and_gives_one_zip()
    {
        await using var site = await ExchangeSite.Start();
        using var browser = site.Browse(await site.Resident());
        var preview = await browser.Upload(("o.json", Json(Record)));
        await browser.Submit(preview, preview.Path + "/store");
        browser.IsFresh = false;
        Assert.StartsWith("/sign-in/confirm", (await browser.Get("/take-out")).Path, StringComparison.Ordinal);
        browser.IsFresh = true;

        var page = await browser.Get("/take-out");
        var zip = await browser.Submit(page, "/take-out/zip");
        Assert.Equal("application/zip", zip.ContentHeaders.ContentType!.ToString());
        Assert.Equal("tasuki-20261101.zip", zip.ContentHeaders.ContentDisposition!.FileName);
        using var archive = new ZipArchive(new MemoryStream(zip.Bytes));
        Assert.NotNull(archive.GetEntry("tasuki-20261101/fhir/Observation.ndjson"));
        Assert.NotNull(archive.GetEntry("tasuki-20261101/index.html"));
        Assert.Contains(archive.Entries, entry => entry.Name.EndsWith(".sphr", StringComparison.Ordinal) && entry.Length > 0);
    }

    [Fact]
    public async Task Closing_needs_a_fresh_factor_and_the_typed_word()
    {
        await using var site = await ExchangeSite.Start();
        var resident = await site.Resident();
        using var browser = site.Browse(resident);
        browser.IsFresh = false;
        Assert.StartsWith("/sign-in/confirm", (await browser.Get("/close-account")).Path, StringComparison.Ordinal);
        browser.IsFresh = true;
        var page = await browser.Get("/close-account");
        Assert.Contains("2026年11月15日", page.Text, StringComparison.Ordinal);

        var wrong = await browser.Submit(page, "/close-account/close", ("word", "やっぱりやめる"));
        Assert.Contains("確認の言葉が違います", wrong.Text, StringComparison.Ordinal);
        Assert.True((await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, ExchangeHost.Cancel)).IsOk);
        Assert.Equal("/close-account/closed", (await browser.Submit(page, "/close-account/close", ("word", "閉じます"))).Path);
        Assert.False((await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, ExchangeHost.Cancel)).IsOk);
    }

    [Theory]
    [InlineData("ja", "記録を取り込む")]
    [InlineData("en", "Bring records in")]
    [InlineData("easy", "記録（きろく）を 入（い）れる")]
    public async Task Every_page_stands_in_every_language(string language, string title)
    {
        await using var site = await ExchangeSite.Start();
        using var browser = site.Browse(await site.Resident(), language);
        Assert.Contains(title, (await browser.Get("/bring-in")).Text, StringComparison.Ordinal);
        var preview = await browser.Upload(("o.json", Json(Record)));
        Assert.Equal(200, preview.Status);
        var bad = await browser.Upload(("o.pdf", Json("%PDF-1.7")));
        Assert.Equal(200, bad.Status);
        Assert.Equal(200, (await browser.Submit(preview, preview.Path + "/store")).Status);
        foreach (var path in new[] { "/bring-in", "/files", "/take-out", "/close-account" })
            Assert.Equal(200, (await browser.Get(path)).Status);
        Assert.Equal(200, (await browser.Submit(await browser.Get("/take-out"), "/take-out/zip")).Status);
        Assert.Equal(404, (await browser.Get("/bring-in/0123")).Status);
    }

    private static ByteArrayContent Json(string text) => new(Encoding.UTF8.GetBytes(text));
}
