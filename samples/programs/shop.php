<?php
// Recursion, closures, a class, static and magic methods, an included file.
require_once __DIR__ . '/shop_lib.php';

function fib(int $n): int
{
    return $n < 2 ? $n : fib($n - 1) + fib($n - 2);
}

$basket = new Shop\Basket();
foreach (range(1, 8) as $price) {
    $basket->add($price * 3);
}
$basket->anything('magic');
$total = array_sum(array_map(fn ($price) => $price + fib(4), $basket->prices()));
usort($GLOBALS['argv'], function ($a, $b) {
    return strcmp($a, $b);
});
echo Shop\Basket::format($total), "\n";
