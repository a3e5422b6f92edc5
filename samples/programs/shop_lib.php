<?php

namespace Shop;

class Basket
{
    private array $prices = [];

    public function add(int $price): void
    {
        $this->prices[] = $price;
    }

    public function prices(): array
    {
        return $this->prices;
    }

    public function __call(string $name, array $arguments): string
    {
        return $name . implode(' ', $arguments);
    }

    public static function format(int $total): string
    {
        return sprintf('%d.%02d', intdiv($total, 100), $total % 100);
    }
}
