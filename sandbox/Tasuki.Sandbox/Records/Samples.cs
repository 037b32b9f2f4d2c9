using System.Globalization;

namespace Tasuki.Sandbox;

/// <summary>A day of a wrist device, minute by minute: the steps add up to the day's record, the heart follows them.</summary>
internal static class Samples
{
    public static void Write(RecordBook book, DateOnly day, int steps)
    {
        var dice = book.Person.Dice(Dice.Stream.Samples, day.DayNumber);
        var wake = dice.Between(330, 450);
        var sleep = dice.Between(1320, 1420);
        var perMinute = new int[1440];
        var left = steps;
        while (left > 0)
        {
            // A walk of a few minutes; indoors most of it is short.
            var start = dice.Between(wake, sleep);
            var minutes = dice.Chance(0.2) ? dice.Between(8, 30) : dice.Between(1, 5);
            for (var minute = start; minute < Math.Min(start + minutes, sleep) && left > 0; minute++)
            {
                var add = Math.Min(Math.Min(left, dice.Between(30, 118)), 160 - perMinute[minute]);
                perMinute[minute] += add;
                left -= add;
            }
        }

        var rest = book.Body.On(day, dice).Pulse - 8;
        var walks = new List<SyntheticSample>(300);
        var hearts = new List<SyntheticSample>(1440);
        var heart = rest - 8;
        for (var minute = 0; minute < 1440; minute++)
        {
            if (perMinute[minute] > 0)
                walks.Add(Sample(minute, perMinute[minute]));
            var aim = (minute < wake || minute >= sleep ? rest - 9 : rest + 6) + perMinute[minute] * 0.34;
            heart += 0.35 * (aim - heart) + dice.Normal(0, 1.3);
            // Nobody wears it under the shower.
            if (minute < wake + 10 || minute >= wake + 25)
                hearts.Add(Sample(minute, (int)Math.Round(Math.Clamp(heart, 38, 182))));
        }

        book.SampleDays.Add(new SyntheticSampleDay("55423-8", "{steps}", day, walks));
        book.SampleDays.Add(new SyntheticSampleDay("8867-4", "/min", day, hearts));
    }

    private static SyntheticSample Sample(int minute, int value) => new(minute * 60, minute * 60 + 60, value.ToString(CultureInfo.InvariantCulture));
}
