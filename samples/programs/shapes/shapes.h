#include <map>
#include <string>
#include <vector>
struct shape {
	std::string name;
	std::vector<double> sides;
};
