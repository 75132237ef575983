"""Full ranking as a PyTorch user would write it: batched matmul, mask, topk. Prints users a second as JSON.

python3 rankingPeer.py USERS ITEMS FACTORS K SEEN_PER_USER RANKED_USERS THREADS
"""
import json
import sys
import time

import numpy as np
import torch

users, items, factors, k, seen, ranked, threads = (int(x) for x in sys.argv[1:8])
torch.manual_seed(1)
torch.set_num_threads(threads)
user_rows, item_rows = torch.randn(users, factors) * 0.1, torch.randn(items, factors) * 0.1
weight = torch.randn(factors)
rng = np.random.default_rng(1)
masked = torch.from_numpy(rng.integers(0, items, (ranked, seen)))
BATCH = 512


def rank(at):
    rows = torch.arange(at, min(at + BATCH, ranked))
    scores = (user_rows[rows] * weight) @ item_rows.T
    scores[torch.arange(len(rows))[:, None], masked[rows]] = -float("inf")
    return torch.topk(scores, k).indices


with torch.no_grad():
    rank(0)
    started = time.time()
    for at in range(0, ranked, BATCH):
        rank(at)
    print(json.dumps({"usersPerSecond": ranked / (time.time() - started)}))
