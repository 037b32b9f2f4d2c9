using System.Text;
using System.Text.Json;
using Tasuki.Kernel.Records;
using Tasuki.Testing;

namespace Tasuki.Formats.Tests.Lifelog;

public sealed class MeasurementReaderTests
{
    private const string Moment = "\"effective_time_frame\":{\"date_time\":\"2026-04-01T07:05:00.0000000+09:00\"}";

    [Theory]
    [InlineData("body-weight", "body_weight", "61.50", "kg", "29463-7", "bodyMass", "kg")]
    [InlineData("body-weight", "body_weight", "135", "lb", "29463-7", "bodyMass", "[lb_av]")]
    [InlineData("body-height", "body_height", "170.0", "cm", "8302-2", "height", "cm")]
    [InlineData("body-mass-index", "body_mass_index", "22.1", "kg/m2", "39156-5", "bodyMassIndex", "kg/m2")]
    [InlineData("body-temperature", "body_temperature", "36.50", "C", "8310-5", "bodyTemperature", "Cel")]
    [InlineData("body-temperature", "body_temperature", "97", "F", "8310-5", "bodyTemperature", "[degF]")]
    [InlineData("oxygen-saturation", "oxygen_saturation", "98", "%", "59408-5", "oxygenSaturation", "%")]
    [InlineData("heart-rate", "heart_rate", "62", "beats/min", "8867-4", "heartRate", "/min")]
    [InlineData("blood-glucose", "blood_glucose", "95", "mg/dL", "2339-0", "bloodGlucose", "mg/dL")]
    [InlineData("blood-glucose", "blood_glucose", "5.3", "mmol/L", "15074-8", "bloodGlucose", "mmol/L")]
    [InlineData("step-count", "step_count", "8000", "steps", "55423-8", "stepCount", "{steps}")]
    [InlineData("sleep-duration", "sleep_duration", "7.25", "h", "93832-4", "sleepAnalysis", "h")]
    public async Task A_quantity_becomes_an_observation_with_both_codes_and_its_digits(string schema, string member, string value, string unit, string loinc, string pghd, string ucum)
    {
        var found = Assert.Single(await Observations(schema, "{\"" + member + "\":{\"value\":" + value + ",\"unit\":\"" + unit + "\"}," + Moment + "}"));
        Assert.Equal(
            (loinc, pghd, value, unit, ucum, "2026-04-01T07:05:00+09:00"),
            (Code(found, 0), Code(found, 1), found.GetProperty("valueQuantity").GetProperty("value").GetRawText(), found.GetProperty("valueQuantity").GetProperty("unit").GetString(),
                found.GetProperty("valueQuantity").GetProperty("code").GetString(), found.GetProperty("effectiveDateTime").GetString()));
    }

    [Fact]
    public async Task Blood_pressure_is_one_panel_and_keeps_its_circumstances_in_words()
    {
        var found = Assert.Single(await Observations("blood-pressure",
            "{\"systolic_blood_pressure\":{\"value\":144,\"unit\":\"mmHg\"},\"diastolic_blood_pressure\":{\"value\":82.0,\"unit\":\"mmHg\"},\"body_posture\":\"sitting\"," + Moment + "}"));
        Assert.Equal("85354-9", Code(found, 0));
        var parts = found.GetProperty("component").EnumerateArray().Select(part => Code(part, 0) + "=" + part.GetProperty("valueQuantity").GetProperty("value").GetRawText());
        Assert.Equal("8480-6=144 8462-4=82.0", string.Join(' ', parts));
        Assert.Equal("body_posture: sitting", found.GetProperty("note")[0].GetProperty("text").GetString());
        Assert.Equal("vital-signs", found.GetProperty("category")[0].GetProperty("coding")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Steps_of_an_activity_are_its_value_and_the_rest_its_parts()
    {
        var found = Assert.Single(await Observations("physical-activity",
            "{\"activity_name\":\"Walking\",\"base_movement_quantity\":{\"unit\":\"steps\",\"value\":5000},\"distance\":{\"unit\":\"km\",\"value\":1.80},\"met_value\":3.5,\"effective_time_frame\":{\"time_interval\":{\"start_date_time\":\"2024-12-01T00:00:00+09:00\",\"end_date_time\":\"2024-12-01T23:59:59.999+09:00\"}}}"));
        Assert.Equal(("55423-8", "5000"), (Code(found, 0), found.GetProperty("valueQuantity").GetProperty("value").GetRawText()));
        Assert.Equal("2024-12-01T23:59:59.999+09:00", found.GetProperty("effectivePeriod").GetProperty("end").GetString());
        Assert.Equal("Walking", found.GetProperty("component")[0].GetProperty("valueString").GetString());
        Assert.Equal("1.80", found.GetProperty("component")[1].GetProperty("valueQuantity").GetProperty("value").GetRawText());
        Assert.Equal("met_value: 3.5", found.GetProperty("note")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task An_activity_without_steps_is_known_by_its_name_and_a_mean_is_marked_as_one()
    {
        var run = Assert.Single(await Observations("physical-activity", "{\"activity_name\":\"running\",\"base_movement_quantity\":{\"unit\":\"strokes\",\"value\":5}," + Moment + "}"));
        Assert.Equal(("73985-4", "running"), (Code(run, 0), run.GetProperty("valueString").GetString()));
        Assert.Equal("base_movement_quantity: 5 strokes", run.GetProperty("note")[0].GetProperty("text").GetString());
        var mean = Assert.Single(await Observations("heart-rate", "{\"heart_rate\":{\"value\":60,\"unit\":\"beats/min\"},\"descriptive_statistic\":\"average\"," + Moment + "}"));
        Assert.Equal("average", mean.GetProperty("method").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("{\"start_date_time\":\"2026-04-01T22:00:00Z\",\"duration\":{\"value\":8,\"unit\":\"h\"}}", "2026-04-01T22:00:00+00:00", "2026-04-02T06:00:00+00:00")]
    [InlineData("{\"end_date_time\":\"2026-04-02T06:00:00+09:00\",\"duration\":{\"value\":90,\"unit\":\"min\"}}", "2026-04-02T04:30:00+09:00", "2026-04-02T06:00:00+09:00")]
    public async Task A_stretch_of_time_may_be_given_by_its_length(string interval, string start, string end)
    {
        var found = Assert.Single(await Observations("sleep-duration", "{\"sleep_duration\":{\"value\":7,\"unit\":\"h\"},\"effective_time_frame\":{\"time_interval\":" + interval + "}}"));
        Assert.Equal((start, end), (found.GetProperty("effectivePeriod").GetProperty("start").GetString(), found.GetProperty("effectivePeriod").GetProperty("end").GetString()));
    }

    [Fact]
    public async Task A_part_of_a_day_is_a_day()
    {
        var found = Assert.Single(await Observations("body-height", "{\"body_height\":{\"value\":180,\"unit\":\"cm\"},\"effective_time_frame\":{\"time_interval\":{\"date\":\"2013-02-05\",\"part_of_day\":\"morning\"}}}"));
        Assert.Equal("2013-02-05", found.GetProperty("effectiveDateTime").GetString());
    }

    [Theory]
    [InlineData("body-weight", "{\"body_weight\":{\"value\":61}," + Moment + "}", "measurement.value")]
    [InlineData("body-weight", "{\"body_weight\":{\"value\":\"61\",\"unit\":\"kg\"}," + Moment + "}", "measurement.value")]
    [InlineData("body-weight", "{\"body_weight\":{\"value\":61,\"unit\":\"kg\"}}", "measurement.time")]
    [InlineData("body-weight", "{\"body_weight\":{\"value\":61,\"unit\":\"kg\"},\"effective_time_frame\":{\"date_time\":\"yesterday\"}}", "measurement.time")]
    [InlineData("body-weight", "{\"body_weight\":{\"value\":61,\"unit\":\"kg\"},\"effective_time_frame\":{\"time_interval\":{\"start_date_time\":\"2026-04-02T00:00:00Z\",\"end_date_time\":\"2026-04-01T00:00:00Z\"}}}", "measurement.time")]
    [InlineData("blood-pressure", "{\"systolic_blood_pressure\":{\"value\":144,\"unit\":\"mmHg\"}," + Moment + "}", "measurement.value")]
    [InlineData("physical-activity", "{" + Moment + "}", "measurement.value")]
    [InlineData("body-weight", "7", "measurement.shape")]
    [InlineData("body-weight", "{\"body_weight\":{\"value\":1e400,\"unit\":\"kg\"}," + Moment + "}", "resource.invalid")]
    public async Task A_body_that_is_no_measurement_is_said_with_its_place(string schema, string body, string code)
    {
        var items = await Reading.Of(Point(schema, "[" + body + "]"), "a.json");
        Assert.Equal(code, items.Codes());
        Assert.StartsWith("body[0]", items.OfType<NotUnderstood>().Single().Position.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_that_is_not_known_is_said_once() =>
        Assert.Equal("measurement.schema", (await Reading.Of(Point("minute-volume", "[{},{}]"))).Codes());

    [Fact]
    public async Task A_measurement_alone_is_lifelog_of_its_device()
    {
        var json = Point("body-weight", "{\"body_weight\":{\"value\":61,\"unit\":\"kg\"}," + Moment + "}").Replace("\"header\":{", "\"header\":{\"acquisition_provenance\":{\"source_name\":\"見本体重計\"},", StringComparison.Ordinal);
        var found = Assert.Single((await Reading.Of(json)).Resources());
        Assert.Equal((DataCategory.Lifelog, "見本体重計"), (found.Category, found.SourceName));
    }

    [Fact]
    public async Task The_published_bodies_that_should_pass_become_observations()
    {
        var known = new[] { "body-weight", "body-height", "oxygen-saturation", "heart-rate", "blood-glucose", "step-count", "physical-activity", "sleep-duration", "body-temperature", "blood-pressure" };
        var passed = 0;
        foreach (var file in Directory.EnumerateFiles(Samples.Path("open-mhealth/test-data/omh"), "*.json", SearchOption.AllDirectories).Where(file => file.Contains("/shouldPass/", StringComparison.Ordinal)))
        {
            var parts = file.Split('/');
            if (!known.Contains(parts[^4], StringComparer.Ordinal))
                continue;
            var body = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            var items = await Reading.Of(Point(parts[^4], body));
            var reason = items.Codes();
            // The older schemas allow a body without a time, a bare number of steps, and one whose interval ends before it starts.
            Assert.True(reason is "" or "measurement.time" or "measurement.value", $"{file}: {reason}");
            passed += items.Resources().Count();
        }

        Assert.InRange(passed, 40, 200);
    }

    private static async Task<List<JsonElement>> Observations(string schema, string body)
    {
        var items = await Reading.Of(Point(schema, "[" + body + "]"));
        Assert.Equal("", items.Codes());
        return [.. items.Resources().Select(one => JsonDocument.Parse(one.Resource.Json).RootElement)];
    }

    private static string Point(string schema, string body) => "{\"body\":" + body + ",\"header\":{\"uuid\":\"1\",\"schema_id\":{\"namespace\":\"omh\",\"name\":\"" + schema + "\",\"version\":\"4.0\"}}}";

    private static string? Code(JsonElement element, int at) => element.GetProperty("code").GetProperty("coding")[at].GetProperty("code").GetString();
}
