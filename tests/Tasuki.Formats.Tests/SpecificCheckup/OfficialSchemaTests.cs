using System.Xml;
using System.Xml.Schema;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class OfficialSchemaTests
{
    private static readonly Lazy<XmlSchemaSet> Checkup = new(() => Compile("hc08_V08.xsd"));

    [Theory]
    [InlineData("individual.xml")]
    [InlineData("prefixed.xml")]
    [InlineData("late-elderly.xml")]
    [InlineData("late-elderly-utf-16.xml")]
    [InlineData("employer-shift-jis.xml")]
    [InlineData("screenings.xml")]
    [InlineData("screenings-euc-jp.xml")]
    [InlineData("minimal.xml")]
    public void The_fixtures_follow_the_official_schema(string name)
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        Assert.Empty(Faults(Fixture.Bytes(name)));
    }

    /// <summary>What the ministry's schema says against a result file. Skips the test when the samples are not here.</summary>
    internal static List<string> Faults(byte[] xml)
    {
        var faults = new List<string>();
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = Samples.Here ? Checkup.Value : Skip() };
        settings.ValidationEventHandler += (_, fault) => faults.Add($"{fault.Exception.LineNumber}: {fault.Message}");
        using var reader = XmlReader.Create(new MemoryStream(xml), settings);
        while (reader.Read())
        {
        }

        return faults;
    }

    internal static XmlSchemaSet Compile(string name)
    {
        var schemas = new XmlSchemaSet { XmlResolver = new XmlUrlResolver() };
        schemas.Add(null, Samples.Path(Path.Combine("tokutei-kenshin", "XSD3", name)));
        schemas.Compile();
        return schemas;
    }

    private static XmlSchemaSet Skip()
    {
        Samples.Path("");
        return new XmlSchemaSet();
    }
}
