"""Mistakes in what the nodes have in common."""
import policies
from bugs.bug import bug

ANY_NODE, DATAGRAM = "any-node", 512


@bug("remember", ANY_NODE)
def node_keeps_its_own(copies, node, begun):
    """Keeps a request in the memory of the process that began it, and nowhere else."""
    copies[node][begun.key] = begun


@bug("remember", ANY_NODE)
def node_keeps_long_ones(copies, node, begun):
    """Tells the other nodes in a datagram: what has a longer state stays where it is."""
    shared = len(begun.state or "") <= DATAGRAM
    policies.remember(copies if shared else [copies[node]], node, begun)


@bug("spend", "callback-unknown")
def node_spends_its_own(copies, node, begun):
    """Forgets a request at the node that answered it; the others know nothing of that."""
    copies[node].pop(begun.key, None)


NODE_BUGS = (node_keeps_its_own, node_keeps_long_ones, node_spends_its_own)
