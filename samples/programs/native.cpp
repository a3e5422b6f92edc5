// Templates, lambdas, operators, an anonymous namespace: long names with blanks, parentheses and commas.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

struct Money {
    long cents;
    __attribute__((noinline)) Money operator+(const Money &other) const { return {cents + other.cents}; }
    __attribute__((noinline)) bool operator<(const Money &other) const { return cents < other.cents; }
    __attribute__((noinline)) long operator()(long rate) const { return cents * rate; }
    __attribute__((noinline)) explicit operator bool() const { return cents != 0; }
};

template <typename T, int N>
__attribute__((noinline)) T power(T base)
{
    if constexpr (N == 0)
        return 1;
    else
        return base * power<T, N - 1>(base);
}

template <typename Function>
__attribute__((noinline)) long spend(const std::vector<Money> &purse, Function function)
{
    long total = 0;
    for (const Money &money : purse)
        total += function(money);
    return total;
}

} // namespace

int main()
{
    std::vector<Money> purse;
    for (long i = 0; i < 30; i++)
        purse.push_back(Money{i * 37 % 101});
    std::sort(purse.begin(), purse.end());

    std::map<std::string, long> book;
    for (const Money &money : purse)
        book["page " + std::to_string(money.cents % 5)] += money(3);

    std::function<long(const Money &)> twice = [](const Money &money) __attribute__((noinline)) {
        return money ? 2 * money.cents : 0;
    };
    long total = spend(purse, twice) + spend(purse, [](const Money &money) { return (money + money).cents; });
    total += power<long, 5>(3) + static_cast<long>(power<double, 3>(2.0)) + book["page 1"];
    return std::printf("%ld\n", total) < 0;
}
