using Xunit;

namespace Tasuki.Sandbox.Tests;

public sealed class DiceTests
{
    [Fact]
    public void The_same_key_throws_the_same_numbers_on_every_machine()
    {
        var dice = new Dice(20260401, 3, 1, Dice.Stream.Body);
        Assert.Equal([0x87CF1E6D4EFD4E9FUL, 0xDA5B4DF17696ABAAUL, 0xDC7A70ED1E61D6DBUL], Enumerable.Range(0, 3).Select(_ => dice.Next()));
        Assert.NotEqual(new Dice(20260401, 3, 1, Dice.Stream.Body).Next(), new Dice(20260401, 3, 1, Dice.Stream.Checkup).Next());
        Assert.NotEqual(new Dice(20260401, 3, 1, Dice.Stream.Body).Next(), new Dice(20260401, 4, 1, Dice.Stream.Body).Next());
        Assert.NotEqual(new Dice(20260401, 3, 1, Dice.Stream.Body).Next(), new Dice(20260401, 3, 2, Dice.Stream.Body).Next());
        Assert.NotEqual(new Dice(20260401, 3, 1, Dice.Stream.Body).Next(), new Dice(20260402, 3, 1, Dice.Stream.Body).Next());
    }

    [Fact]
    public void The_normal_die_has_mean_nought_and_deviation_one()
    {
        var dice = new Dice(1, 1, 1, Dice.Stream.Body);
        var throws = Enumerable.Range(0, 100_000).Select(_ => dice.Normal()).ToArray();
        Assert.InRange(throws.Average(), -0.015, 0.015);
        Assert.InRange(throws.Average(one => one * one), 0.98, 1.02);
    }

    [Theory]
    [InlineData(0.0001)]
    [InlineData(0.7)]
    [InlineData(1)]
    [InlineData(1.49)]
    [InlineData(194)]
    [InlineData(1e6)]
    public void The_curves_are_those_of_the_library(double x)
    {
        Assert.Equal(Math.Log(x), Curves.Log(x), 12);
        Assert.Equal(1, Curves.Exp(Curves.Log(x)) / x, 12);
        Assert.Equal(1, Curves.Power(x, -1.094) / Math.Pow(x, -1.094), 12);
    }
}
