#include "common/transform/diff/statistics_text.h"

struct decimal statistics_exact_p(double p)
{
	int exponent = 0;

	if (p <= 0)
		return (struct decimal){ 0, 0 };
	for (; p < 99999.5 && exponent > -20; exponent--)
		p *= 10;
	return (struct decimal){ (int64_t)(p + 0.5), exponent };
}

void buf_add_p_value(struct buf *b, double p)
{
	if (p < 0.0001)
		buf_add(b, S("<0.0001"));
	else if (p < 0.1)
		buf_print(b, "%.2g", p);
	else
		buf_print(b, "%.2f", p);
}
