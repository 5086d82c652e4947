"""Trees that only grow, in which common ancestors are found in few steps."""

from __future__ import annotations


class Ancestry:
    """A tree with the root 0, each other member numbered as it is added."""

    def __init__(self) -> None:
        self.parents = [0]
        self.depths = [0]
        self._far = [0]  # an ancestor further up, such that few steps lead anywhere

    def add(self, parent: int) -> int:
        """Add a member below another, and give its number."""
        depths, far = self.depths, self._far
        other = far[parent]
        even = depths[parent] - depths[other] == depths[other] - depths[far[other]]
        self.parents.append(parent)
        depths.append(depths[parent] + 1)
        far.append(far[other] if even else parent)
        return len(self.parents) - 1

    def common(self, one: int, other: int) -> int:
        """Give the lowest common ancestor; a member is an ancestor of itself."""
        parents, depths, far = self.parents, self.depths, self._far
        if depths[one] < depths[other]:
            one, other = other, one
        while depths[one] > depths[other]:
            one = far[one] if depths[far[one]] >= depths[other] else parents[one]
        while one != other:
            apart = far[one] != far[other]
            one, other = (far[one], far[other]) if apart else (parents[one], parents[other])
        return one
