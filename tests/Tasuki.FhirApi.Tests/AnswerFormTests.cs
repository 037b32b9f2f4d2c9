using Microsoft.AspNetCore.Http;

namespace Tasuki.FhirApi.Tests;

/// <summary>Which form an answer takes.</summary>
public sealed class AnswerFormTests
{
    [Theory]
    [InlineData("", null, IncomingBody.Json)]
    [InlineData("", "application/fhir+json", IncomingBody.Json)]
    [InlineData("", "application/fhir+xml", IncomingBody.Xml)]
    [InlineData("", "application/fhir+xml;q=0.1, application/fhir+json;q=0.9", IncomingBody.Json)]
    [InlineData("", "application/fhir+json;q=0.1, application/fhir+xml;q=0.9", IncomingBody.Xml)]
    [InlineData("", "text/html, application/xhtml+xml, */*;q=0.8", IncomingBody.Json)]
    [InlineData("", "application/fhir+json;q=0, application/xml", IncomingBody.Xml)]
    [InlineData("", "application/fhir+json; fhirVersion=4.0", IncomingBody.Json)]
    [InlineData("", "application/fhir+json; fhirVersion=3.0", null)]
    [InlineData("", "application/fhir+json; fhirVersion=3.0, application/fhir+xml", IncomingBody.Xml)]
    [InlineData("", "text/csv", null)]
    [InlineData("", "xml", IncomingBody.Xml)]
    [InlineData("?_format=xml", "application/fhir+json", IncomingBody.Xml)]
    [InlineData("?_format=application/fhir+json", "application/fhir+xml", IncomingBody.Json)]
    [InlineData("?_format=application/fhir%2Bxml", null, IncomingBody.Xml)]
    [InlineData("?_format=turtle", null, null)]
    public void The_parameter_says_it_before_the_header_and_of_the_header_the_best_liked_one_counts(string query, string? accept, string? form)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(query);
        if (accept is not null)
            context.Request.Headers.Accept = accept;
        Assert.Equal(form, AnswerForm.Of(context.Request));
    }
}
