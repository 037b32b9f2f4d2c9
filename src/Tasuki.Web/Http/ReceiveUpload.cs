using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Tasuki.Kernel;

namespace Tasuki.Web;

/// <summary>
/// An upload form as it arrives: <c>multipart/form-data</c>, the antiforgery token first, then files. Read section by section from the wire, because the framework's
/// own form reading would put large bodies into temporary files in clear.
/// </summary>
public sealed class ReceiveUpload(IAntiforgery antiforgery, IOptions<AntiforgeryOptions> antiforgeryOptions)
{
    private const int LongestToken = 4096;

    /// <summary>Hands every file of the form to <paramref name="file"/> in turn. What it leaves unread of a file is read and thrown away, so that the answer reaches the sender.</summary>
    /// <returns>How many files there were. Errors: <c>upload.form</c>, <c>upload.token</c>, <c>upload.broken</c> (the connection ended early), <c>upload.size</c>.</returns>
    public async Task<Result<int>> Read(HttpContext context, long mostBytes, Func<string, string, Stream, Task> file)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = mostBytes;
        if (Boundary(context.Request) is not { } boundary)
            return new Error("upload.form", "The request is not a multipart form.");

        try
        {
            return await Sections(context, new MultipartReader(boundary, context.Request.Body), file);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return new Error("upload.size", $"One upload may have {mostBytes >> 20} MiB; this one is larger.");
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException && !context.RequestAborted.IsCancellationRequested)
        {
            return new Error("upload.broken", "The upload ended before all of it had arrived.");
        }
    }

    private async Task<Result<int>> Sections(HttpContext context, MultipartReader reader, Func<string, string, Stream, Task> file)
    {
        var trusted = false;
        var files = 0;
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                continue;
            if (!trusted)
            {
                // Nothing of the form is looked at before it has shown that it is ours.
                if (!await IsOurs(context, section, disposition))
                    return new Error("upload.token", "The form has expired.");
                trusted = true;
                continue;
            }

            if (disposition.IsFileDisposition() && FileName(disposition) is { Length: > 0 } name)
            {
                files++;
                await file(name, section.ContentType ?? "application/octet-stream", section.Body);
            }
        }

        return files;
    }

    private async Task<bool> IsOurs(HttpContext context, MultipartSection section, ContentDispositionHeaderValue disposition)
    {
        if (HeaderUtilities.RemoveQuotes(disposition.Name) != antiforgeryOptions.Value.FormFieldName || antiforgeryOptions.Value.HeaderName is not { } header)
            return false;
        var token = new byte[LongestToken];
        var length = await section.Body.ReadAtLeastAsync(token, token.Length, throwOnEndOfStream: false, context.RequestAborted);
        // With the token in the header the validation does not touch the body.
        context.Request.Headers[header] = Encoding.ASCII.GetString(token, 0, length);
        return await antiforgery.IsRequestValidAsync(context);
    }

    private static string FileName(ContentDispositionHeaderValue disposition) =>
        (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString();

    private static string? Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= 70 } boundary ? boundary.ToString() : null;
}
