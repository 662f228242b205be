"""torchvision"""
