#include "shapes.h"
std::map<std::string, std::vector<int>> count(const std::vector<shape> &all)
{
	std::map<std::string, std::vector<int>> m;
	for (const auto &s : all) m[s.name].push_back((int)s.sides.size());
	return m;
}
