"""The labels of trajectories in words."""

from isthmus.trajectories.labels import KD, KI, SC, SD

LABEL_MEANINGS = {
    SC: "collaboration and knowledge exchange both grow beyond what size explains",
    SD: "both fall behind what size explains",
    KI: "knowledge exchange grows while collaboration falls",
    KD: "knowledge exchange falls while collaboration stays",
}
